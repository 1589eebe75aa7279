"""Real Apache Kafka and real Valkey as child processes of ours, for one machine and for tests."""
