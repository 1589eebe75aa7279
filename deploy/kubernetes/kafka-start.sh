#!/bin/bash
# Which of the brokers this pod is stands in its name: kafka-0 is number 1. Formats its folder the first time, then becomes the broker.
set -euo pipefail
number=$(( ${HOSTNAME##*-} + 1 ))
properties=/run/secrets/kafka/kafka.properties
[ "$number" -gt 1 ] && properties="/run/secrets/kafka/kafka-$number.properties"
mapfile -t accounts < /run/secrets/kafka/kafka-accounts
/opt/kafka/bin/kafka-storage.sh format --ignore-formatted \
  --cluster-id "$(cat /run/secrets/kafka/kafka-cluster)" --config "$properties" "${accounts[@]}"
exec /opt/kafka/bin/kafka-server-start.sh "$properties"
