# bash completion for masu-runtime, made by `masu-runtime completion bash`.
_masu_runtime() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local command='' at=0 nth=0 i word words=''
  local values=' -r --root -l --log --log-format --log-level --cgroup-manager --trace --criu '
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
        create) values=' -b --bundle -f --config --console-socket --pidfd-socket --pid-file --preserve-fds ' ;;
        start) values=' ' ;;
        run) values=' -b --bundle -f --config --console-socket --pidfd-socket --pid-file --preserve-fds ' ;;
        exec) values=' -p --process --cwd -e --env -u --user -g --additional-gids -c --cap --apparmor --process-label --cgroup --console-socket --pidfd-socket --pid-file --preserve-fds ' ;;
        state) values=' ' ;;
        kill) values=' ' ;;
        delete) values=' ' ;;
        list) values=' -f --format ' ;;
        ps) values=' -f --format ' ;;
        pause) values=' ' ;;
        resume) values=' ' ;;
        update) values=' -r --resources --memory --memory-reservation --memory-swap --cpu-share --cpu-quota --cpu-period --cpu-burst --cpu-rt-period --cpu-rt-runtime --cpu-idle --cpuset-cpus --cpuset-mems --pids-limit --blkio-weight --l3-cache-schema --mem-bw-schema ' ;;
        checkpoint) values=' --image-path --work-path --parent-path --status-fd --page-server --manage-cgroups-mode --empty-ns --network-lock ' ;;
        restore) values=' -b --bundle -f --config --console-socket --pid-file --image-path --work-path --manage-cgroups-mode --empty-ns --network-lock --lsm-profile --lsm-mount-context ' ;;
        mounts) values=' ' ;;
        events) values=' --interval --pressure ' ;;
        info) values=' -f --format ' ;;
        doctor) values=' -f --format ' ;;
        explain) values=' --patience ' ;;
        spec) values=' -b --bundle -f --file ' ;;
        features) values=' ' ;;
        completion) values=' ' ;;
        help) values=' ' ;;
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
    :--root|:-r) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    :--log|:-l) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    :--log-format) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur"); return ;;
    :--log-level) mapfile -t COMPREPLY < <(compgen -W 'error warning info debug trace' -- "$cur"); return ;;
    :--cgroup-manager) mapfile -t COMPREPLY < <(compgen -W 'cgroupfs systemd disabled' -- "$cur"); return ;;
    :--trace) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    :--criu) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    create:--bundle|create:-b) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    create:--config|create:-f) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    create:--console-socket) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    create:--pidfd-socket) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    create:--pid-file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    create:--preserve-fds) return ;;
    run:--bundle|run:-b) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    run:--config|run:-f) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    run:--console-socket) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    run:--pidfd-socket) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    run:--pid-file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    run:--preserve-fds) return ;;
    exec:--process|exec:-p) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    exec:--cwd) return ;;
    exec:--env|exec:-e) return ;;
    exec:--user|exec:-u) return ;;
    exec:--additional-gids|exec:-g) return ;;
    exec:--cap|exec:-c) return ;;
    exec:--apparmor) return ;;
    exec:--process-label) return ;;
    exec:--cgroup) return ;;
    exec:--console-socket) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    exec:--pidfd-socket) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    exec:--pid-file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    exec:--preserve-fds) return ;;
    list:--format|list:-f) mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    ps:--format|ps:-f) mapfile -t COMPREPLY < <(compgen -W 'table json' -- "$cur"); return ;;
    update:--resources|update:-r) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    update:--memory) return ;;
    update:--memory-reservation) return ;;
    update:--memory-swap) return ;;
    update:--cpu-share) return ;;
    update:--cpu-quota) return ;;
    update:--cpu-period) return ;;
    update:--cpu-burst) return ;;
    update:--cpu-rt-period) return ;;
    update:--cpu-rt-runtime) return ;;
    update:--cpu-idle) return ;;
    update:--cpuset-cpus) return ;;
    update:--cpuset-mems) return ;;
    update:--pids-limit) return ;;
    update:--blkio-weight) return ;;
    update:--l3-cache-schema) return ;;
    update:--mem-bw-schema) return ;;
    checkpoint:--image-path) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    checkpoint:--work-path) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    checkpoint:--parent-path) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    checkpoint:--status-fd) return ;;
    checkpoint:--page-server) return ;;
    checkpoint:--manage-cgroups-mode) mapfile -t COMPREPLY < <(compgen -W 'soft full strict ignore' -- "$cur"); return ;;
    checkpoint:--empty-ns) mapfile -t COMPREPLY < <(compgen -W 'network' -- "$cur"); return ;;
    checkpoint:--network-lock) mapfile -t COMPREPLY < <(compgen -W 'iptables nftables skip' -- "$cur"); return ;;
    restore:--bundle|restore:-b) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    restore:--config|restore:-f) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    restore:--console-socket) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    restore:--pid-file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    restore:--image-path) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    restore:--work-path) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    restore:--manage-cgroups-mode) mapfile -t COMPREPLY < <(compgen -W 'soft full strict ignore' -- "$cur"); return ;;
    restore:--empty-ns) mapfile -t COMPREPLY < <(compgen -W 'network' -- "$cur"); return ;;
    restore:--network-lock) mapfile -t COMPREPLY < <(compgen -W 'iptables nftables skip' -- "$cur"); return ;;
    restore:--lsm-profile) return ;;
    restore:--lsm-mount-context) return ;;
    events:--interval) return ;;
    events:--pressure) return ;;
    info:--format|info:-f) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur"); return ;;
    doctor:--format|doctor:-f) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur"); return ;;
    explain:--patience) return ;;
    spec:--bundle|spec:-b) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    spec:--file|spec:-f) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
  esac
  if [[ $cur == -* ]]; then
    case $command in
      '') words='--root --log --log-format --log-level --debug --systemd-log --systemd-cgroup --cgroup-manager --trace --criu --version --help' ;;
      create) words='--bundle --config --console-socket --pidfd-socket --pid-file --no-pivot --no-new-keyring --preserve-fds --help' ;;
      start) words='--help' ;;
      run) words='--detach --bundle --config --console-socket --pidfd-socket --pid-file --no-pivot --no-new-keyring --preserve-fds --keep --no-subreaper --help' ;;
      exec) ((nth == 0)) && words='--process --detach --tty --cwd --env --user --additional-gids --cap --no-new-privs --apparmor --process-label --cgroup --console-socket --pidfd-socket --pid-file --preserve-fds --ignore-paused --help' ;;
      state) words='--help' ;;
      kill) words='--all --regex --help' ;;
      delete) words='--force --regex --help' ;;
      list) words='--format --quiet --help' ;;
      ps) ((nth == 0)) && words='--format --help' ;;
      pause) words='--help' ;;
      resume) words='--help' ;;
      update) words='--resources --memory --memory-reservation --memory-swap --cpu-share --cpu-quota --cpu-period --cpu-burst --cpu-rt-period --cpu-rt-runtime --cpu-idle --cpuset-cpus --cpuset-mems --pids-limit --blkio-weight --l3-cache-schema --mem-bw-schema --help' ;;
      checkpoint) words='--image-path --work-path --parent-path --leave-running --pre-dump --tcp-established --tcp-skip-in-flight --ext-unix-sk --shell-job --file-locks --link-remap --lazy-pages --status-fd --page-server --auto-dedup --manage-cgroups-mode --empty-ns --network-lock --help' ;;
      restore) words='--detach --bundle --config --console-socket --pid-file --keep --no-subreaper --image-path --work-path --tcp-established --tcp-close --ext-unix-sk --shell-job --file-locks --lazy-pages --auto-dedup --manage-cgroups-mode --empty-ns --network-lock --lsm-profile --lsm-mount-context --help' ;;
      mounts) words='--help' ;;
      events) words='--stats --interval --pressure --help' ;;
      info) words='--format --help' ;;
      doctor) words='--format --help' ;;
      explain) words='--no-hooks --patience --help' ;;
      spec) words='--bundle --file --rootless --help' ;;
      features) words='--help' ;;
      completion) words='--help' ;;
      help) words='--help' ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    return
  fi
  case $command:$nth in
    :*) mapfile -t COMPREPLY < <(compgen -W 'create start run exec state kill delete list ps pause resume update checkpoint restore mounts events info doctor explain spec features completion help' -- "$cur"); ;;
    start:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" list -q 2>/dev/null)" -- "$cur"); ;;
    exec:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" list -q 2>/dev/null)" -- "$cur"); ;;
    state:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" list -q 2>/dev/null)" -- "$cur"); ;;
    kill:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" list -q 2>/dev/null)" -- "$cur"); ;;
    kill:1) mapfile -t COMPREPLY < <(compgen -W 'HUP INT QUIT KILL USR1 USR2 TERM CONT STOP WINCH' -- "$cur"); ;;
    delete:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" list -q 2>/dev/null)" -- "$cur"); ;;
    ps:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" list -q 2>/dev/null)" -- "$cur"); ;;
    pause:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" list -q 2>/dev/null)" -- "$cur"); ;;
    resume:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" list -q 2>/dev/null)" -- "$cur"); ;;
    update:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" list -q 2>/dev/null)" -- "$cur"); ;;
    checkpoint:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" list -q 2>/dev/null)" -- "$cur"); ;;
    mounts:0) mapfile -t COMPREPLY < <(compgen -W 'add remove' -- "$cur"); ;;
    mounts:1) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" list -q 2>/dev/null)" -- "$cur"); ;;
    mounts:2) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); ;;
    events:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" list -q 2>/dev/null)" -- "$cur"); ;;
    explain:0) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); ;;
    completion:0) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$cur"); ;;
  esac
}
complete -F _masu_runtime masu-runtime
