#!/usr/bin/env bash
# A study on several nodes of a Slurm cluster: sbatch slurm.sh [options of poolbench run]
#
# poolbench is installed in $POOLBENCH (a virtual environment that all nodes see), and the folder
# that the job starts in is shared by all of them. Started again, the job goes on where it stopped.
#
#SBATCH --job-name=poolbench
#SBATCH --nodes=3
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --time=04:00:00
set -euo pipefail

bin="${POOLBENCH:-$HOME/poolbench}/bin"
export RAY_USAGE_STATS_ENABLED=0
# A token for this job alone, which srun hands to its nodes.
export RAY_AUTH_MODE=token
RAY_AUTH_TOKEN=$(openssl rand -hex 32)
export RAY_AUTH_TOKEN

mapfile -t nodes < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
head="${nodes[0]}"
head_ip=$(srun --nodes=1 --ntasks=1 -w "$head" hostname --ip-address | awk '{print $1}')
# Jobs that share a node must not share a port.
port=$((20000 + SLURM_JOB_ID % 20000))

start() { # node, options of ray start: Ray on a node until the job ends
  local node="$1"
  shift
  srun --overlap --nodes=1 --ntasks=1 -w "$node" "$bin/ray" start "$@" \
    --num-cpus="$SLURM_CPUS_PER_TASK" --block &
}

start "$head" --head --node-ip-address="$head_ip" --port="$port" --include-dashboard=false
until "$bin/ray" status --address "$head_ip:$port" > /dev/null 2>&1; do sleep 2; done
for node in "${nodes[@]:1}"; do
  start "$node" --address="$head_ip:$port"
done
# The study uses the nodes that are there when it begins; one that does not come is not waited for
# for ever.
for _ in {1..90}; do
  here=$("$bin/ray" status --address "$head_ip:$port" | grep -c ' node_' || true)
  if [ "$here" -ge "${#nodes[@]}" ]; then break; fi
  sleep 2
done

exec "$bin/poolbench" run --executor ray --address "$head_ip:$port" "$@"
