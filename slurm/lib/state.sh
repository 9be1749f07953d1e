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

# One line: state and why. QUEUE: what queued() said of the output.
state_of() {  # OUTPUT JOB ID QUEUE
  local line record restart event detail code
  line=$(awk -v id="$3" '$1 == id { print $2, $3 }' <<<"$4")
  record=$(last_record "$1" "$2" "$3")
  read -r restart event detail <<<"$record"
  if [ -n "$line" ]; then
    case $line in
      'PENDING Dependency') echo 'waiting for the job before it' ;;
      'PENDING BeginTime') echo "requeued, starts again soon ($((${restart:-0} + 1)) starts so far${detail:+; $detail})" ;;
      PENDING*) echo "waiting: ${line#PENDING }" ;;
      RUNNING*) echo "running$([ "${restart:-0}" = 0 ] || echo ", start $((restart + 1))")" ;;
      *) echo "${line,,}" ;;
    esac
  elif [ "$event" = end ]; then
    code=$detail
    case $code in
      0) echo complete ;;
      2) echo 'failed: refused (exit code 2)' ;;
      70) echo 'failed: a failure of the program (exit code 70)' ;;
      75) echo "stopped (exit code 75): cancelled, or given up after starts without progress" ;;
      *) echo "failed: exit code $code" ;;
    esac
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

# What the log says went wrong: the program's word, else Slurm's, else its last line.
last_error() {
  local words
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
      stopped* | *CANCELLED*) worst="stopped $job $id $state" ;;
      *) worst="failed $job $id $(last_error "$1/log/$job.log")" ;;
    esac
    [[ $worst == complete* ]] || break
  done
  echo "$worst"
}
