# How far the jobs of one output are, from Slurm's queue, the records of run.sbatch, the stamps and the logs. Sourced by
# slurm/status and slurm/reprocess, after cluster.sh and chain.sh. Bash.

# The id that a job of this output was last submitted with; nothing where it never was.
last_id() {  # OUTPUT JOB
  awk -F '\t' -v job="$2" '$2 == job { id = $3 } END { print id }' "$(records_of "$1")/jobs.tsv" 2>/dev/null
}

# The last record of run.sbatch on a job: "restart event detail".
last_record() {  # OUTPUT JOB ID
  awk -F '\t' -v id="$3" '$2 == id { last = $3 " " $4 " " $5 } END { print last }' "$(records_of "$1")/$2.tsv" 2>/dev/null
}

# The state of a job in the queue, in words. LINE: Slurm's state and reason.
queued_state() {  # LINE RESTARTS
  case $1 in
    'PENDING Dependency') echo 'waiting for the job before it' ;;
    'PENDING BeginTime') echo "requeued, starts again soon (starts so far: $((${2:-0} + 1)))" ;;
    PENDING*) echo "waiting: ${1#PENDING }" ;;
    RUNNING*) [ "${2:-0}" = 0 ] && echo running || echo "running, start $(($2 + 1))" ;;
    *) echo "${1,,}" ;;
  esac
}

# The state of a job that run.sbatch saw end.
ended_state() {  # EXIT-CODE REMARK
  case $1 in
    0) echo complete ;;
    2) echo 'failed: refused (exit code 2)' ;;
    70) echo 'failed: internal failure (exit code 70)' ;;
    75) [[ $2 == given* ]] && echo "stopped: $2" || echo "stopped: $2, its state saved" ;;
    *) echo "failed: exit code $1${2:+, $2}" ;;
  esac
}

# One line: state and why. QUEUE: what queued() said of the output.
state_of() {  # OUTPUT JOB ID QUEUE
  local line restart event code remark
  line=$(awk -v id="$3" '$1 == id { print $2, $3 }' <<<"$4")
  read -r restart event code remark <<<"$(last_record "$1" "$2" "$3")"
  if [ -n "$line" ]; then
    queued_state "$line" "$restart"
  elif [ "$event" = end ]; then
    ended_state "$code" "$remark"
  else
    line=$(scontrol show job --oneliner "$3" 2>/dev/null | grep -oE ' (JobState|Reason)=[^ ]*' | cut -d= -f2 | paste -sd ' ')
    line=${line% None}
    echo "ended by Slurm: ${line:-no longer known to it}"
  fi
}

# The stages of a job that have a stamp.
stamped() {  # OUTPUT JOB
  local stage
  for stage in ${stages_of[$2]}; do
    [ ! -e "$1/state/$stage.json" ] || echo "$stage"
  done | paste -sd ' '
}

# The log's last line with done/total and rate.
last_progress() { grep -aoE '[a-z-]+: [0-9][^ ]*/[0-9][^ ]* .*' "$1" 2>/dev/null | tail -n 1; }

# What the log says went wrong: the program's word, else Slurm's, else its last line. Where a job was given up, how it last ended.
last_error() {  # LOG [STATE]
  local words
  if [[ ${2-} == *'given up'* ]]; then
    grep -a 'run.sbatch: .*requeued: ' "$1" | tail -n 1
    return
  fi
  words=$(grep -aE 'cytoscale: (error|internal failure)|problem: ' "$1" 2>/dev/null | tail -n 1)
  [ -n "$words" ] || words=$(grep -aE 'error: |run.sbatch: .*(given up|failed|no program)' "$1" 2>/dev/null | tail -n 1)
  [ -n "$words" ] || words=$(grep -a . "$1" 2>/dev/null | tail -n 1)
  printf '%s' "$words"
}

# One word for the whole output: none (never submitted), queued, running, complete, stopped or failed; then the job that says so,
# its id, and why.
overall_state() {  # OUTPUT
  local queue job id state worst='none - - never submitted'
  queue=$(queued "$1") || return 1
  for job in "${chain_jobs[@]}"; do
    id=$(last_id "$1" "$job")
    [ -n "$id" ] || continue
    state=$(state_of "$1" "$job" "$id" "$queue")
    case $state in
      complete) worst="complete $job $id " ;;
      running* | completing*) worst="running $job $id $(last_progress "$1/log/$job.log")" ;;
      waiting* | requeued*) worst="queued $job $id $state" ;;
      *'given up'*) worst="failed $job $id $state; $(last_error "$1/log/$job.log" "$state")" ;;
      stopped* | *CANCELLED*) worst="stopped $job $id $state" ;;
      *) worst="failed $job $id $(last_error "$1/log/$job.log")" ;;
    esac
    [[ $worst == complete* ]] || break
  done
  echo "$worst"
}
