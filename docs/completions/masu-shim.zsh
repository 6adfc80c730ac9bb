#compdef masu-shim
# zsh completion for masu-shim, made by `masu-shim completion zsh`.

_masu_shim_output() {
  local -a found
  found=(${(f)"$(masu-shim "$@" 2>/dev/null)"})
  compadd -a found
}

_masu_shim() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C -S \
    '(-b --bundle)'{-b,--bundle=}'[the folder with config.json and the root file system]:DIR:_files -/' \
    '--container-id=[the container'\''s name for the runtime]:ID: ' \
    '--runtime=[the OCI runtime, by its path or as found in $PATH; masu-runtime by default]:PROGRAM:_files' \
    '*--runtime-arg=[an argument for each call of the runtime, before the command]:WORD: ' \
    '--runtime-timeout=[how long a call of the runtime may take before it is killed; 5m by default]:TIME: ' \
    '--root=[keep a folder for each shim in DIR]:DIR:_files -/' \
    '--base-dir=[the folder of this shim, instead of one named by the id in --root]:DIR:_files -/' \
    '--log-file=[log the container'\''s output to FILE; container.log in the shim'\''s folder by default]:FILE:_files' \
    '--log-format=[the form of the log; json by default]:FORMAT:(json cri docker journald none)' \
    '--log-max-size=[begin another log file before this one is larger\: 10m; no limit by default]:SIZE: ' \
    '--log-max-files=[keep so many log files; 5 by default]:N: ' \
    '--stdin=[at its end from the beginning; open until the first attached client ends it (the default); open until it is ended by DELETE /stdin]:MODE:(none once open)' \
    '--pid-file=[write the pid of the container'\''s first process to FILE]:FILE:_files' \
    '--exit-dir=[write the record of the container'\''s end to DIR too, as a file named by the id]:DIR:_files -/' \
    '--exit-command=[run this once when the container has ended for good]:PROGRAM:_files' \
    '*--exit-command-arg=[an argument for the exit command]:WORD: ' \
    '--restart=[start again\: no (the default), on-failure\[\:N\], always or unless-stopped]:POLICY: ' \
    '--stop-signal=[what stops the container; TERM by default]:SIGNAL: ' \
    '--stop-timeout=[how long it may take to stop before it is killed; 10s by default]:TIME: ' \
    '--drain-timeout=[how long output is awaited from what the container'\''s first process has left behind; 5s by default]:TIME: ' \
    '--health-cmd=[check the container'\''s health by running TEXT in its shell, or the words of a JSON array]:TEXT: ' \
    '--health-interval=[time between two checks; 30s by default]:TIME: ' \
    '--health-timeout=[time that a check may take; 30s by default]:TIME: ' \
    '--health-start-period=[time after a start in which failures do not count; 0s by default]:TIME: ' \
    '--health-retries=[so many failures in a row make it unhealthy; 3 by default]:N: ' \
    '--health-on-failure=[what to do then; none by default]:ACTION:(none kill restart stop)' \
    '--log-max-total=[log no more than this of the container'\''s output; no limit by default]:SIZE: ' \
    '--hold-fds=[hold N file descriptors, those behind the ones of LISTEN_FDS, until the container has ended for good\: sockets that keep published ports occupied]:N: ' \
    '--exit-delay=[wait so long before the exit command; 0s by default]:TIME: ' \
    '--event-log=[append each event, as a line of JSON, to the file log in DIR]:DIR:_files -/' \
    '--log-sync[have the log on the disk before the container'\''s end is told]' \
    '--passing[the container is removed at its end\: do not wait for the disk to have the record of it]' \
    '--time-limit=[kill the container when it has run so long]:TIME: ' \
    '--health-startup-cmd=[check by this, as --health-cmd, until it has succeeded; then by --health-cmd]:TEXT: ' \
    '--health-startup-interval=[time between two of these checks; 30s by default]:TIME: ' \
    '--health-startup-timeout=[time that such a check may take; 30s by default]:TIME: ' \
    '--health-startup-retries=[so many failures in a row restart the container; none do by default]:N: ' \
    '--health-startup-success=[so many successes in a row end these checks; 1 by default]:N: ' \
    '--log-name=[the container'\''s name in the journal; its id by default]:NAME: ' \
    '--log-tag=[CONTAINER_TAG and SYSLOG_IDENTIFIER in the journal; the container'\''s id by default]:TEXT: ' \
    '--health-start-interval=[time between two checks in the start period; 5s by default]:TIME: ' \
    '--recover[go on with the container of a shim that was killed; of the other options only the id and the folder count]' \
    '--completion=[print a completion script for this shell and exit]:SHELL:(bash zsh fish)' \
    '(-v --version)'{-v,--version}'[print the version and exit]' \
    '(-h --help)'{-h,--help}'[print this help and exit]' \
    '1:command:->command' \
    '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
      )
      _describe command commands ;;
    argument)
      case $line[1] in
      esac ;;
  esac
}

if [[ $funcstack[1] == _masu_shim ]]; then
  _masu_shim "$@"
else
  compdef _masu_shim masu-shim
fi
