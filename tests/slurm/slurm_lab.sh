#!/usr/bin/env bash
# A throw-away Slurm on this machine, for tests:
#   slurm_lab.sh start FOLDER [NODES] | stop FOLDER | power-off FOLDER NODE | start-node FOLDER NODE
# FOLDER must be new or empty, and its path short (sockets lie in it); afterwards it holds slurm.conf (set SLURM_CONF to it)
# and logs. As root every node is a real one to MPI: its own network, host name and /dev/shm. As another user, or where
# network namespaces are not allowed, the nodes share this host's name and ports on the loopback. Exit 77: no Slurm here.
# Jobs of the partition `high` preempt those of `main` after 10 s of grace. power-off (needs a network of its own): all
# processes of a node die at once, as when its power fails; start-node brings it back, booted afresh.
set -uo pipefail
PATH=$PATH:/usr/sbin:/sbin
command=${1:-} lab=${2:-} nodes=${3:-3} node=${3:-}
[ -n "$lab" ] || { sed -n '2,8s/^# //p' "$0" >&2; exit 2; }
export SLURM_CONF=$lab/slurm.conf

alive() { [ -s "$1" ] && grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$(cat "$1")/status"; }

# Namespaces are named by a number that no other lab on this machine has: creating the bridge claims it.
claim_network() {
  [ "$(id -u)" = 0 ] && command -v ip >/dev/null || return 1
  local number
  for number in $(seq 1 99); do
    if ip link add "cylab$number" type bridge 2>/dev/null; then
      echo "$number" >"$lab/network"
      ip addr add "10.99.$number.1/24" dev "cylab$number" && ip link set "cylab$number" up && return 0
      return 1
    fi
  done
  return 1
}

add_network_of_node() {  # node number, network number
  local space=cylab$2n$1 cable=cy$2v$1
  ip netns add "$space" && ip link add "$cable" type veth peer name eth0 netns "$space" &&
    ip link set "$cable" master "cylab$2" up && ip -n "$space" addr add "10.99.$2.$((10 + $1))/24" dev eth0 &&
    ip -n "$space" link set lo up && ip -n "$space" link set eth0 up
}

drop_networks() {
  [ -s "$lab/network" ] || return 0
  local number space
  number=$(cat "$lab/network")
  for space in $(ip netns list | awk -v prefix="cylab${number}n" 'index($1, prefix) == 1 { print $1 }'); do
    ip netns pids "$space" | xargs -r kill -9 2>/dev/null
    ip netns del "$space"
  done
  ip link del "cylab$number" 2>/dev/null
  rm -f "$lab/network"
}

start_node() {
  if [ -s "$lab/network" ]; then
    # shellcheck disable=SC2016  # $1 is the inner shell's
    nsenter --net="/run/netns/cylab$(cat "$lab/network")n$1" unshare --uts --mount --propagation private sh -c \
      'hostname "$1" && mount -t tmpfs tmpfs /dev/shm && exec slurmd -f "$SLURM_CONF" -N "$1"' sh "n$1"
  else
    slurmd -f "$SLURM_CONF" -N "n$1"
  fi
}

write_configuration() {
  local port=$((20000 + $$ % 20000)) host user controller node address
  host=$(hostname -s) user=$(id -un) controller=127.0.0.1
  [ -s "$lab/network" ] && controller=10.99.$(cat "$lab/network").1
  cat >"$SLURM_CONF" <<TEXT
ClusterName=cytoscale-lab
SlurmctldHost=$host($controller)
SlurmctldPort=$port
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$lab/run/munge.socket,cred_expire=5
SlurmctldPidFile=$lab/run/slurmctld.pid
SlurmdPidFile=$lab/run/slurmd-%n.pid
StateSaveLocation=$lab/state
SlurmdSpoolDir=$lab/spool/%n
TmpFS=$lab/tmp/%n
SlurmctldLogFile=$lab/log/slurmctld.log
SlurmdLogFile=$lab/log/slurmd-%n.log
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,bf_interval=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
MpiDefault=pmix
SwitchType=switch/none
ReturnToService=2
SlurmdTimeout=10
KillWait=10
MinJobAge=600
TEXT
  for node in $(seq "$nodes"); do
    mkdir -p "$lab/tmp/n$node" "$lab/spool/n$node"
    if [ -s "$lab/network" ]; then address="NodeAddr=10.99.$(cat "$lab/network").$((10 + node)) Port=$((port + 1))"
    else address="NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + node))"; fi
    echo "NodeName=n$node $address CPUs=2 RealMemory=2000 State=UNKNOWN"
  done >>"$SLURM_CONF"
  cat >>"$SLURM_CONF" <<TEXT
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE PriorityTier=1 PreemptMode=REQUEUE GraceTime=10 State=UP
PartitionName=high Nodes=ALL MaxTime=INFINITE PriorityTier=10 PreemptMode=OFF State=UP
TEXT
  # Nodes of one host name would share the names of Open MPI's shared-memory files, and crash: a folder for each.
  [ -s "$lab/network" ] && return
  cat >"$lab/prolog.sh" <<'TEXT'
#!/bin/sh
folder=$(dirname "$SLURM_CONF")/tmp/$SLURMD_NODENAME/shm
mkdir -p "$folder" && echo "export OMPI_MCA_btl_vader_backing_directory=$folder"
TEXT
  chmod +x "$lab/prolog.sh"
  echo "TaskProlog=$lab/prolog.sh" >>"$SLURM_CONF"
}

start() {
  local program node
  for program in slurmctld slurmd sbatch munged; do
    command -v $program >/dev/null || { echo "slurm_lab: $program is not installed (tools/setup --tests)" >&2; exit 77; }
  done
  mkdir -p "$lab"/{state,spool,log,run,tmp} && chmod 755 "$lab" "$lab/run" || exit 1
  (umask 077 && head -c 1024 /dev/urandom >"$lab/run/munge.key")
  if claim_network; then
    for node in $(seq "$nodes"); do
      add_network_of_node "$node" "$(cat "$lab/network")" || { drop_networks; break; }
    done
  else drop_networks; fi 2>"$lab/log/network.log"
  write_configuration
  munged --key-file="$lab/run/munge.key" --socket="$lab/run/munge.socket" --pid-file="$lab/run/munged.pid" \
    --log-file="$lab/log/munged.log" --seed-file="$lab/run/munge.seed" || exit 1
  slurmctld -f "$SLURM_CONF" || exit 1
  for node in $(seq "$nodes"); do start_node "$node" || exit 1; done
  for _ in $(seq 150); do
    [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = "$nodes" ] && { echo "slurm_lab: $nodes nodes, $([ -s "$lab/network" ] && echo "one network each" || echo "one network")"; exit 0; }
    sleep 0.1
  done
  echo "slurm_lab: the nodes are not ready after 15 s:" >&2
  sinfo -R >&2
  tail -n 5 "$lab"/log/*.log >&2
  exit 1
}

stop() {
  local file running
  alive "$lab/run/slurmctld.pid" && scancel --full -u "$(id -un)" 2>/dev/null && sleep 0.5
  for file in "$lab"/run/slurmd-*.pid "$lab/run/slurmctld.pid" "$lab/run/munged.pid"; do
    alive "$file" && kill "$(cat "$file")"
  done
  for _ in $(seq 50); do
    running=false
    for file in "$lab"/run/*.pid; do alive "$file" && running=true; done
    $running || break
    sleep 0.1
  done
  drop_networks
}

# What a node leaves in its folders when its power fails would be gone after a boot; left there, a requeued job's step of the
# same number fails on it.
power_off() {
  [ -s "$lab/network" ] || { echo "slurm_lab: the nodes share one network; none can be switched off alone" >&2; exit 77; }
  ip netns pids "cylab$(cat "$lab/network")n$node" | xargs -r kill -9
  rm -rf "${lab:?}/tmp/n$node"/* "$lab/spool/n$node"/pmix.* "$lab/spool/n$node"/stepd.*
}

case $command in
  start) start ;;
  stop) stop ;;
  power-off) power_off ;;
  start-node) start_node "$node" ;;
  *) echo "slurm_lab: unknown command '$command'" >&2; exit 2 ;;
esac
