# The list of slurm/reprocess, one line per screen, and the CSV with how far each is. Sourced by slurm/reprocess and slurm/status,
# after cluster.sh, chain.sh and state.sh. Bash.

# Per screen: its config, its output (absolute), and `key=value` words separated by newlines.
screen_config=() screen_output=() screen_overrides=()

read_screens() {  # LIST.csv
  local line number=0 at header=() cells=() config output overrides
  screen_config=() screen_output=() screen_overrides=()
  [ -r "$1" ] || fail 'the list cannot be read' "$1" 'It is a CSV with the columns config and output'
  while IFS= read -r line || [ -n "$line" ]; do
    number=$((number + 1)) line=${line%$'\r'}
    [[ $line != *\"* ]] || fail 'quotes are not understood' "$1:$number" 'Write values without quotes and commas'
    [ -n "$line" ] || continue
    IFS=, read -ra cells <<<"$line,"
    if [ ${#header[@]} = 0 ]; then
      header=("${cells[@]}")
      continue
    fi
    [ ${#cells[@]} = ${#header[@]} ] ||
      fail "there are ${#cells[@]} values where the first line has ${#header[@]}" "$1:$number" 'Correct it'
    config='' output='' overrides=''
    for at in "${!header[@]}"; do
      case ${header[at]} in
        config) config=${cells[at]} ;;
        output) output=${cells[at]} ;;
        *) [ -z "${cells[at]}" ] || overrides+="${header[at]}=${cells[at]}"$'\n' ;;
      esac
    done
    [ -n "$config" ] && [ -n "$output" ] || fail 'config or output is missing' "$1:$number" 'Each screen needs both'
    output=$(realpath -m "$output")
    [[ $'\n'"$(printf '%s\n' ${screen_output[@]+"${screen_output[@]}"})"$'\n' != *$'\n'"$output"$'\n'* ]] ||
      fail "two screens have the output $output" "$1:$number" 'Give each its own'
    screen_config+=("$config") screen_output+=("$output") screen_overrides+=("$overrides")
  done <"$1"
  [ ${#screen_output[@]} -gt 0 ] || fail 'the list holds no screen' "$1" 'A line for each follows the names of the columns'
}

# Where the jobs of a list leave what is of no one screen: tasks of the arrays, refused.tsv, logs of tasks that did not start.
list_folder() { realpath -m "${1%.csv}.slurm"; }

# By OUTPUT: why it was refused before it was submitted.
declare -A refused=()
read_refused() {  # LIST.csv
  local output why
  while IFS=$'\t' read -r output why; do refused[$output]=$why; done < <(cat "$(list_folder "$1")/refused.tsv" 2>/dev/null)
}

status_file() { printf '%s.status.csv' "${1%.csv}"; }

csv_cell() { if [[ $1 == *[,\"]* ]]; then printf '"%s"' "${1//\"/\"\"}"; else printf '%s' "$1"; fi; }

# Columns: config, output, state, job, id, why.
write_status() {  # LIST.csv
  local at output state job id why file
  file=$(status_file "$1")
  {
    echo 'config,output,state,job,id,why'
    for at in "${!screen_output[@]}"; do
      output=${screen_output[at]}
      if [ -n "${refused[$output]-}" ]; then
        state=refused job='' id='' why=${refused[$output]}
      else
        read -r state job id why <<<"$(overall_state "$output" || echo 'unknown - - Slurm does not answer')"
        [ "$job" != - ] || job='' id=''
        # Made without Slurm.
        [ "$state" != none ] || [ ! -e "$output/state/evaluate.json" ] || state=complete why=''
      fi
      printf '%s,%s,%s,%s,%s,%s\n' "$(csv_cell "${screen_config[at]}")" "$(csv_cell "$output")" "$state" "$job" "$id" "$(csv_cell "$why")"
    done
  } >"$file.tmp" && mv "$file.tmp" "$file"
}
