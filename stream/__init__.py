"""The shell around the pure core: Kafka in, decisions through `dispatch`, Kafka and Redis out. Faust hosts it."""
