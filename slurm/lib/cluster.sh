# Cluster files: which partition, nodes, time, modules or container the jobs of a chain get. Sourced by slurm/submit and its
# neighbours, run by nobody. Bash. docs/slurm.md, "Cluster files", lists the keys.

# The jobs that a chain is cut into, in order; a cluster file may set each key for one of them (`train.nodes = 4`).
chain_jobs=(prepare train embed evaluate)

# Key and default. The first group goes to sbatch as it is; an empty value is left out.
declare -A cluster_defaults=(
  [partition]='' [account]='' [qos]='' [constraint]='' [nodes]=1 [tasks-per-node]=1 [cpus-per-task]=1 [gpus-per-node]=''
  [mem]='' [time]='' [sbatch-options]=''
  [signal-lead]=120 [modules]='' [setup]='' [program]='' [launcher]=srun [launcher-options]=''
  [container]='' [container-command]='apptainer exec' [container-options]='')
declare -A cluster=()

# fail PROBLEM WHERE REMEDY: the message that the program gives for bad input, and its exit code.
fail() {
  printf '%s: error: %s: %s. %s.\n' "$(basename "$0")" "$2" "$1" "$3" >&2
  exit 2
}

# Fills `cluster`. Ends with exit code 2 where a line cannot be understood.
read_cluster() {  # FILE
  local line key value name job number=0
  [ -r "$1" ] || fail 'the cluster file cannot be read' "$1" 'config/clusters/ has examples'
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1))
    line=${line%$'\r'}
    [[ $line =~ ^[[:space:]]*(#|$) ]] && continue
    [[ $line =~ ^[[:space:]]*([a-z.-]+)[[:space:]]*=[[:space:]]*(.*[^[:space:]])?[[:space:]]*$ ]] ||
      fail "'$line' is not of the form key = value" "$1:$number" 'Comments begin with # on a line of their own'
    name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]} key=${BASH_REMATCH[1]##*.}
    job=${name%"$key"} job=${job%.}
    [ -n "${cluster_defaults[$key]+known}" ] ||
      fail "there is no key '$key'" "$1:$number" "The keys are $(sorted_keys)"
    [ -z "$job" ] || [[ " ${chain_jobs[*]} " == *" $job "* ]] ||
      fail "there is no job '$job'" "$1:$number" "The jobs are ${chain_jobs[*]}"
    check_value "$key" "$value" "$1:$number"
    if [ "$key" = setup ] && [ -n "${cluster[$name]-}" ]; then
      value="${cluster[$name]} && $value"
    elif [ -n "${cluster[$name]+set}" ]; then
      fail "key '$name' is set twice" "$1:$number" 'Remove one of the lines'
    fi
    cluster[$name]=$value
  done <"$1"
}

sorted_keys() { printf '%s\n' "${!cluster_defaults[@]}" | sort | paste -sd ' '; }

check_value() {  # KEY VALUE WHERE
  case $1 in
    nodes | tasks-per-node | cpus-per-task | signal-lead)
      [[ $2 =~ ^[1-9][0-9]*$ ]] || fail "'$1' is '$2', not a whole number above 0" "$3" 'Correct it'
      ;;
    launcher) [[ $2 =~ ^(srun|mpirun)$ ]] || fail "there is no launcher '$2'" "$3" 'It is srun or mpirun' ;;
  esac
  # Within the lead the program has 30 s to save, and run.sbatch 15 s to requeue the job.
  [ "$1" != signal-lead ] || [ "$2" -ge 45 ] ||
    fail "a lead of $2 s is too short to save the state" "$3" 'It must be 45 s or more'
}

# The value of a key for one job.
setting() {  # JOB KEY
  printf '%s' "${cluster[$1.$2]-${cluster[$2]-${cluster_defaults[$2]}}}"
}

ranks_of() { echo $(($(setting "$1" nodes) * $(setting "$1" tasks-per-node))); }

# Commands that make the program usable on a node, as one line of shell.
setup_of() {  # JOB
  local modules setup
  modules=$(setting "$1" modules) setup=$(setting "$1" setup)
  [ -z "$modules" ] || modules="module load $modules"
  printf '%s' "$modules${modules:+${setup:+ && }}$setup"
}

container_of() {  # JOB
  local image
  image=$(setting "$1" container)
  [ -z "$image" ] || printf '%s %s %q' "$(setting "$1" container-command)" "$(setting "$1" container-options)" "$image"
}

program_of() {  # JOB
  local program built=$slurm_folder/../build/release/cytoscale installed=$slurm_folder/../../../bin/cytoscale
  program=$(setting "$1" program)
  if ! [ -x "$built" ] && [ -x "$installed" ]; then built=$installed; fi
  printf '%s' "${program:-${CYTOSCALE_PROGRAM:-$built}}"
}

# The command that starts the ranks. Without kill-on-bad-exit: ranks end by themselves, so that the job ends with their code;
# those that cannot, since one was killed, are ended half a minute later.
launch_of() {  # JOB
  local options command='srun --mpi=pmix --kill-on-bad-exit=0 --wait=30'
  [ "$(setting "$1" launcher)" = srun ] || command='mpirun'
  options=$(setting "$1" launcher-options)
  printf '%s' "$command${options:+ $options}"
}

# What sbatch is told of the job's resources, in the array `resources`.
resources_of() {  # JOB
  local key value more
  resources=()
  for key in partition account qos constraint nodes tasks-per-node cpus-per-task gpus-per-node mem time; do
    value=$(setting "$1" "$key")
    [ -z "$value" ] || resources+=("--${key/#tasks/ntasks}=$value")
  done
  read -ra more <<<"$(setting "$1" sbatch-options)"
  resources+=(${more[@]+"${more[@]}"})
}

# Runs the program on this machine as the job would, without MPI.
run_here() {  # JOB ARGUMENT...
  local job=$1 container setup program
  shift
  setup=$(setup_of "$job") program=$(program_of "$job")
  eval "container=($(container_of "$job"))"
  (
    set +eu
    [ -z "$setup" ] || eval "$setup" || exit 2
    exec ${container[@]+"${container[@]}"} "$program" "$@"
  )
}
