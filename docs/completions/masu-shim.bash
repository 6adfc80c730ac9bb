# bash completion for masu-shim, made by `masu-shim completion bash`.
_masu_shim() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local command='' at=0 nth=0 i word words=''
  local values=' -b --bundle --container-id --runtime --runtime-arg --runtime-timeout --root --base-dir --log-file --log-format --log-max-size --log-max-files --stdin --pid-file --exit-dir --exit-command --exit-command-arg --restart --stop-signal --stop-timeout --drain-timeout --health-cmd --health-interval --health-timeout --health-start-period --health-retries --health-on-failure --log-max-total --hold-fds --exit-delay --event-log --time-limit --health-startup-cmd --health-startup-interval --health-startup-timeout --health-startup-retries --health-startup-success --log-name --log-tag --health-start-interval --completion '
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $values == *" $word "* ]]; then
      [[ ${COMP_WORDS[i+1]} == = ]] && ((i++))
      ((i++))
    elif [[ $word == -* ]]; then
      continue
    elif [[ -z $command ]]; then
      command=$word at=$i
      case $command in
        *) return ;;
      esac
    else
      ((nth++))
    fi
  done
  if [[ $cur == = ]]; then
    cur=''
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  case $command:$prev in
    :--bundle|:-b) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    :--container-id) return ;;
    :--runtime) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    :--runtime-arg) return ;;
    :--runtime-timeout) return ;;
    :--root) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    :--base-dir) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    :--log-file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    :--log-format) mapfile -t COMPREPLY < <(compgen -W 'json cri docker journald none' -- "$cur"); return ;;
    :--log-max-size) return ;;
    :--log-max-files) return ;;
    :--stdin) mapfile -t COMPREPLY < <(compgen -W 'none once open' -- "$cur"); return ;;
    :--pid-file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    :--exit-dir) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    :--exit-command) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    :--exit-command-arg) return ;;
    :--restart) return ;;
    :--stop-signal) return ;;
    :--stop-timeout) return ;;
    :--drain-timeout) return ;;
    :--health-cmd) return ;;
    :--health-interval) return ;;
    :--health-timeout) return ;;
    :--health-start-period) return ;;
    :--health-retries) return ;;
    :--health-on-failure) mapfile -t COMPREPLY < <(compgen -W 'none kill restart stop' -- "$cur"); return ;;
    :--log-max-total) return ;;
    :--hold-fds) return ;;
    :--exit-delay) return ;;
    :--event-log) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    :--time-limit) return ;;
    :--health-startup-cmd) return ;;
    :--health-startup-interval) return ;;
    :--health-startup-timeout) return ;;
    :--health-startup-retries) return ;;
    :--health-startup-success) return ;;
    :--log-name) return ;;
    :--log-tag) return ;;
    :--health-start-interval) return ;;
    :--completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$cur"); return ;;
  esac
  if [[ $cur == -* ]]; then
    case $command in
      '') words='--bundle --container-id --runtime --runtime-arg --runtime-timeout --root --base-dir --log-file --log-format --log-max-size --log-max-files --stdin --pid-file --exit-dir --exit-command --exit-command-arg --restart --stop-signal --stop-timeout --drain-timeout --health-cmd --health-interval --health-timeout --health-start-period --health-retries --health-on-failure --log-max-total --hold-fds --exit-delay --event-log --log-sync --passing --time-limit --health-startup-cmd --health-startup-interval --health-startup-timeout --health-startup-retries --health-startup-success --log-name --log-tag --health-start-interval --recover --completion --version --help' ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    return
  fi
  case $command:$nth in
    :*) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur"); ;;
  esac
}
complete -F _masu_shim masu-shim
