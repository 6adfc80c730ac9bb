#compdef masu-runtime
# zsh completion for masu-runtime, made by `masu-runtime completion zsh`.

_masu_runtime_output() {
  local -a found
  found=(${(f)"$(masu-runtime "$@" 2>/dev/null)"})
  compadd -a found
}

_masu_runtime() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C -S \
    '(-r --root)'{-r,--root=}'[keep the containers'\'' state in DIR, which should be on a tmpfs]:DIR:_files -/' \
    '(-l --log)'{-l,--log=}'[append the log to FILE instead of standard error; journald\:NAME and syslog\:NAME send it to the host'\''s log]:FILE:_files' \
    '--log-format=[write log lines in this form; text by default]:FORMAT:(text json)' \
    '--log-level=[log what is at least as grave as LEVEL; error by default]:LEVEL:(error warning info debug trace)' \
    '--debug[log at level debug; ignored if --log-level is given]' \
    '--systemd-log[send the log to systemd'\''s journal; ignored if --log is given]' \
    '(-s --systemd-cgroup)'{-s,--systemd-cgroup}'[make cgroups through systemd; cgroupsPath is slice\:prefix\:name]' \
    '--cgroup-manager=[who makes cgroups, or that there are to be none]:MANAGER:(cgroupfs systemd disabled)' \
    '--trace=[write the steps of the call and their times to FILE, as Chrome trace events]:FILE:_files' \
    '--criu=[the CRIU to checkpoint and restore with; the one in PATH by default]:FILE:_files' \
    '(-v --version)'{-v,--version}'[print the version and exit]' \
    '(-h --help)'{-h,--help}'[print this help and exit]' \
    '1:command:->command' \
    '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
        'create:create a container'
        'start:run the program of a created container'
        'run:create a container and run its program'
        'exec:execute another process in a container'
        'state:print the state of a container'
        'kill:send a signal to a container'
        'delete:delete a container that is not running'
        'list:list the containers'
        'ps:show the processes of a container'
        'pause:stop all processes of a container where they are'
        'resume:let a paused container go on'
        'update:change the limits of a container'
        'checkpoint:write all processes of a container to files'
        'restore:bring a container back from a checkpoint'
        'mounts:add mounts to a running container, or remove them'
        'events:tell what a container uses, and when its memory runs out'
        'info:print facts about this machine'
        'doctor:find what this machine lacks for containers'
        'explain:say why a container does not start, or ends at once'
        'spec:write a config.json to start from'
        'features:print what this runtime can do'
        'completion:print a completion script for a shell'
        'help:explain the program or a command'
      )
      _describe command commands ;;
    argument)
      case $line[1] in
        create) _arguments -S \
          '(-b --bundle)'{-b,--bundle=}'[directory of the bundle; the working directory by default]:DIR:_files -/' \
          '(-f --config)'{-f,--config=}'[read the configuration from FILE instead of the bundle'\''s config.json]:FILE:_files' \
          '--console-socket=[send the master of the container'\''s terminal to the unix socket SOCKET]:SOCKET:_files' \
          '--pidfd-socket=[send a pidfd of the new process to the unix socket SOCKET]:SOCKET:_files' \
          '--pid-file=[write the pid of the new process to FILE]:FILE:_files' \
          '--no-pivot[change the root without pivot_root(2), as a root on an initramfs needs it; less safe]' \
          '--no-new-keyring[keep the caller'\''s session keyring, which the container can then read]' \
          '--preserve-fds=[pass N more file descriptors to the new process, from 3 on and after those of $LISTEN_FDS]:N: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID: ' ;;
        start) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID:{_masu_runtime_output list -q}' ;;
        run) _arguments -S \
          '(-d --detach)'{-d,--detach}'[return when the program runs, instead of waiting for its end]' \
          '(-b --bundle)'{-b,--bundle=}'[directory of the bundle; the working directory by default]:DIR:_files -/' \
          '(-f --config)'{-f,--config=}'[read the configuration from FILE instead of the bundle'\''s config.json]:FILE:_files' \
          '--console-socket=[send the master of the container'\''s terminal to the unix socket SOCKET]:SOCKET:_files' \
          '--pidfd-socket=[send a pidfd of the new process to the unix socket SOCKET]:SOCKET:_files' \
          '--pid-file=[write the pid of the new process to FILE]:FILE:_files' \
          '--no-pivot[change the root without pivot_root(2), as a root on an initramfs needs it; less safe]' \
          '--no-new-keyring[keep the caller'\''s session keyring, which the container can then read]' \
          '--preserve-fds=[pass N more file descriptors to the new process, from 3 on and after those of $LISTEN_FDS]:N: ' \
          '--keep[do not delete the container when its program has ended]' \
          '--no-subreaper[do not adopt processes that the container leaves behind]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID: ' ;;
        exec) _arguments -S -A '-*' \
          '(-p --process)'{-p,--process=}'[execute the process object in FILE; other options for the process are ignored]:FILE:_files' \
          '(-d --detach)'{-d,--detach}'[return when the process runs, instead of waiting for its end]' \
          '(-t --tty)'{-t,--tty}'[give the process a terminal]' \
          '--cwd=[working directory, in the container]:DIR: ' \
          '*'{-e,--env=}'[add a variable to the container'\''s environment]:NAME=VALUE: ' \
          '(-u --user)'{-u,--user=}'[run as this user and group, by number]:UID\[\:GID\]: ' \
          '*'{-g,--additional-gids=}'[add a supplementary group]:GID: ' \
          '*'{-c,--cap=}'[add a capability to the bounding, effective and permitted sets]:CAP: ' \
          '--no-new-privs[executing a program gives no new privileges]' \
          '--apparmor=[AppArmor profile of the process]:PROFILE: ' \
          '--process-label=[SELinux label of the process]:LABEL: ' \
          '*--cgroup=[join this cgroup below the container'\''s own]:\[CONTROLLER,...\:\]PATH: ' \
          '--console-socket=[send the master of the container'\''s terminal to the unix socket SOCKET]:SOCKET:_files' \
          '--pidfd-socket=[send a pidfd of the new process to the unix socket SOCKET]:SOCKET:_files' \
          '--pid-file=[write the pid of the new process to FILE]:FILE:_files' \
          '--preserve-fds=[pass N more file descriptors to the new process, from 3 on and after those of $LISTEN_FDS]:N: ' \
          '--ignore-paused[also in a paused container; the process waits]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID:{_masu_runtime_output list -q}' \
          '*:COMMAND: ' ;;
        state) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID:{_masu_runtime_output list -q}' ;;
        kill) _arguments -S \
          '(-a --all)'{-a,--all}'[to every process of the container; a stopped one is no error]' \
          '(-r --regex)'{-r,--regex}'[ID is an extended regular expression; each container that matches is meant]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID:{_masu_runtime_output list -q}' \
          '2::SIGNAL:(HUP INT QUIT KILL USR1 USR2 TERM CONT STOP WINCH)' ;;
        delete) _arguments -S \
          '(-f --force)'{-f,--force}'[a running container is killed first, and an unknown one is no error]' \
          '(-r --regex)'{-r,--regex}'[ID is an extended regular expression; each container that matches is meant]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID:{_masu_runtime_output list -q}' ;;
        list) _arguments -S \
          '(-f --format)'{-f,--format=}'[print in this form; a table by default]:FORMAT:(table json)' \
          '(-q --quiet)'{-q,--quiet}'[print the ids alone]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        ps) _arguments -S -A '-*' \
          '(-f --format)'{-f,--format=}'[print in this form; a table by default]:FORMAT:(table json)' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID:{_masu_runtime_output list -q}' \
          '*:PS-OPTION: ' ;;
        pause) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID:{_masu_runtime_output list -q}' ;;
        resume) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID:{_masu_runtime_output list -q}' ;;
        update) _arguments -S \
          '(-r --resources)'{-r,--resources=}'[read the limits from FILE, or with - from standard input\: a JSON object as linux.resources of config.json; other options are then ignored]:FILE:_files' \
          '--memory=[memory limit, with a suffix k, m, g; -1 for no limit]:BYTES: ' \
          '--memory-reservation=[memory that is left to the container when the machine runs short]:BYTES: ' \
          '--memory-swap=[limit of memory and swap together; -1 for no limit]:BYTES: ' \
          '--cpu-share=[weight against other containers]:SHARES: ' \
          '--cpu-quota=[CPU time in each period, -1 for no limit]:USEC: ' \
          '--cpu-period=[period of the CPU quota; alone it keeps the quota]:USEC: ' \
          '--cpu-burst=[CPU time that may be saved up in quiet periods and used above the quota]:USEC: ' \
          '--cpu-rt-period=[period of the real-time limit; cgroup v1 only]:USEC: ' \
          '--cpu-rt-runtime=[real-time CPU time in each period; cgroup v1 only]:USEC: ' \
          '--cpu-idle=[1\: run only when nothing else wants the CPU]:0|1: ' \
          '--cpuset-cpus=[CPUs to run on\: 0-2,7]:LIST: ' \
          '--cpuset-mems=[memory nodes to use]:LIST: ' \
          '--pids-limit=[number of processes and threads; -1 for no limit]:N: ' \
          '--blkio-weight=[share of block I/O, 10 to 1000]:WEIGHT: ' \
          '--l3-cache-schema=[L3 cache allocation of Intel RDT]:SCHEMA: ' \
          '--mem-bw-schema=[memory bandwidth allocation of Intel RDT]:SCHEMA: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID:{_masu_runtime_output list -q}' ;;
        checkpoint) _arguments -S \
          '--image-path=[directory of the checkpoint; ./checkpoint by default]:DIR:_files -/' \
          '--work-path=[write CRIU'\''s log to DIR instead of the checkpoint'\''s directory]:DIR:_files -/' \
          '--parent-path=[write only the memory that has changed since the checkpoint in DIR, which is relative to --image-path]:DIR:_files -/' \
          '--leave-running[let the container run on]' \
          '--pre-dump[write the memory alone; the container runs on, for a later checkpoint]' \
          '--tcp-established[keep open TCP connections]' \
          '--tcp-skip-in-flight[leave out TCP connections that are being made]' \
          '--ext-unix-sk[allow unix sockets that are connected to the outside]' \
          '--shell-job[allow the caller'\''s terminal as standard streams]' \
          '--file-locks[keep file locks]' \
          '--link-remap[keep open files that have no name any more by a link]' \
          '--lazy-pages[copy memory on demand, by userfaultfd(2)]' \
          '--status-fd=[write a NUL to FD when the page server is ready, and close it]:FD: ' \
          '--page-server=[send the memory to the page server there]:ADDRESS\:PORT: ' \
          '--auto-dedup[punch out pages of earlier checkpoints that later ones replace]' \
          '--manage-cgroups-mode=[what CRIU does about cgroups that are there or missing; soft by default]:MODE:(soft full strict ignore)' \
          '--empty-ns=[make the namespace, but leave out what is in it]:NAMESPACE:(network)' \
          '--network-lock=[how packets of open connections are held back; iptables by default]:METHOD:(iptables nftables skip)' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID:{_masu_runtime_output list -q}' ;;
        restore) _arguments -S \
          '(-d --detach)'{-d,--detach}'[return when the container runs, instead of waiting for its end]' \
          '(-b --bundle)'{-b,--bundle=}'[directory of the bundle; the working directory by default]:DIR:_files -/' \
          '(-f --config)'{-f,--config=}'[read the configuration from FILE instead of the bundle'\''s config.json]:FILE:_files' \
          '--console-socket=[send the master of the container'\''s terminal to the unix socket SOCKET]:SOCKET:_files' \
          '--pid-file=[write the pid of the new process to FILE]:FILE:_files' \
          '--keep[do not delete the container when its program has ended]' \
          '--no-subreaper[do not adopt processes that the container leaves behind]' \
          '--image-path=[directory of the checkpoint; ./checkpoint by default]:DIR:_files -/' \
          '--work-path=[write CRIU'\''s log to DIR instead of the checkpoint'\''s directory]:DIR:_files -/' \
          '--tcp-established[keep open TCP connections]' \
          '--tcp-close[bring TCP connections back closed]' \
          '--ext-unix-sk[allow unix sockets that are connected to the outside]' \
          '--shell-job[allow the caller'\''s terminal as standard streams]' \
          '--file-locks[keep file locks]' \
          '--lazy-pages[copy memory on demand, by userfaultfd(2)]' \
          '--auto-dedup[punch out pages of earlier checkpoints that later ones replace]' \
          '--manage-cgroups-mode=[what CRIU does about cgroups that are there or missing; soft by default]:MODE:(soft full strict ignore)' \
          '--empty-ns=[make the namespace, but leave out what is in it]:NAMESPACE:(network)' \
          '--network-lock=[how packets of open connections are held back; iptables by default]:METHOD:(iptables nftables skip)' \
          '--lsm-profile=[use this label (selinux\:…) or profile (apparmor\:…) for all processes]:TYPE\:NAME: ' \
          '--lsm-mount-context=[use this SELinux context for all mounts that have one]:CONTEXT: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID: ' ;;
        mounts) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ACTION:(add remove)' \
          '2:ID:{_masu_runtime_output list -q}' \
          '3:FILE:_files' ;;
        events) _arguments -S \
          '--stats[print what the container uses now, and exit]' \
          '--interval=[time between two statistics\: 10s, 500ms, 1m30s; 5s by default]:DURATION: ' \
          '*--pressure=[tell when tasks wait for cpu, memory or io (cgroup v2)\: memory, io\:full, cpu\:some\:150ms/2s]:RESOURCE\[\:KIND\[\:STALL/WINDOW\]\]: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID:{_masu_runtime_output list -q}' ;;
        info) _arguments -S \
          '(-f --format)'{-f,--format=}'[print in this form; text by default]:FORMAT:(text json)' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        doctor) _arguments -S \
          '(-f --format)'{-f,--format=}'[print in this form; text by default]:FORMAT:(text json)' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        explain) _arguments -S \
          '--no-hooks[leave the hooks of config.json out]' \
          '--patience=[a program that runs longer has started well\: 5s by default]:DURATION: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:ID|BUNDLE:_files -/' ;;
        spec) _arguments -S \
          '(-b --bundle)'{-b,--bundle=}'[directory of the bundle; the working directory by default]:DIR:_files -/' \
          '(-f --file)'{-f,--file=}'[write FILE instead of config.json; as seen from the bundle]:FILE:_files' \
          '--rootless[for a caller who is not root]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        features) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        completion) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:SHELL:(bash zsh fish)' ;;
        help) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1::COMMAND: ' ;;
      esac ;;
  esac
}

if [[ $funcstack[1] == _masu_runtime ]]; then
  _masu_runtime "$@"
else
  compdef _masu_runtime masu-runtime
fi
