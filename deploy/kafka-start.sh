#!/bin/bash
# Formats the log's folder the first time, with our accounts in it, then becomes the broker.
set -euo pipefail
mapfile -t accounts < /run/secrets/kafka_accounts
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted \
  --cluster-id "$(cat /run/secrets/kafka_cluster)" --config /run/secrets/kafka_properties "${accounts[@]}"
exec /opt/kafka/bin/kafka-server-start.sh /run/secrets/kafka_properties
