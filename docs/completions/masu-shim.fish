# fish completion for masu-shim, made by `masu-shim completion fish`.
function __masu_shim_at
    set -l values :--bundle :-b :--container-id :--runtime :--runtime-arg :--runtime-timeout :--root :--base-dir :--log-file :--log-format :--log-max-size :--log-max-files :--stdin :--pid-file :--exit-dir :--exit-command :--exit-command-arg :--restart :--stop-signal :--stop-timeout :--drain-timeout :--health-cmd :--health-interval :--health-timeout :--health-start-period :--health-retries :--health-on-failure :--log-max-total :--hold-fds :--exit-delay :--event-log :--time-limit :--health-startup-cmd :--health-startup-interval :--health-startup-timeout :--health-startup-retries :--health-startup-success :--log-name :--log-tag :--health-start-interval :--completion
    # True if the cursor is at a word of COMMAND ('': before the command); with NTH, if it is that positional.
    set -l words (commandline -opc)
    set -l command ''
    set -l nth 0
    set -l skip 0
    for word in $words[2..-1]
        if test $skip = 1
            set skip 0
        else if contains -- "$command:$word" $values
            set skip 1
        else if string match -q -- '-*' $word
            continue
        else if test -z "$command"
            set command $word
        else
            set nth (math $nth + 1)
        end
    end
    test "$command" = "$argv[1]"; or return 1
    test (count $argv) -lt 2; or contains -- $nth $argv[2..-1]; or begin
        test "$argv[2]" = rest; and test $nth -ge $argv[3]
    end
end

complete -c masu-shim -f
complete -c masu-shim -n '__masu_shim_at ""' -l bundle -s b -x -a '(__fish_complete_directories)' -d 'the folder with config.json and the root file system'
complete -c masu-shim -n '__masu_shim_at ""' -l container-id -x -d 'the container\'s name for the runtime'
complete -c masu-shim -n '__masu_shim_at ""' -l runtime -r -F -d 'the OCI runtime, by its path or as found in $PATH; masu-runtime by default'
complete -c masu-shim -n '__masu_shim_at ""' -l runtime-arg -x -d 'an argument for each call of the runtime, before the command'
complete -c masu-shim -n '__masu_shim_at ""' -l runtime-timeout -x -d 'how long a call of the runtime may take before it is killed; 5m by default'
complete -c masu-shim -n '__masu_shim_at ""' -l root -x -a '(__fish_complete_directories)' -d 'keep a folder for each shim in DIR'
complete -c masu-shim -n '__masu_shim_at ""' -l base-dir -x -a '(__fish_complete_directories)' -d 'the folder of this shim, instead of one named by the id in --root'
complete -c masu-shim -n '__masu_shim_at ""' -l log-file -r -F -d 'log the container\'s output to FILE; container.log in the shim\'s folder by default'
complete -c masu-shim -n '__masu_shim_at ""' -l log-format -x -a 'json cri docker journald none' -d 'the form of the log; json by default'
complete -c masu-shim -n '__masu_shim_at ""' -l log-max-size -x -d 'begin another log file before this one is larger: 10m; no limit by default'
complete -c masu-shim -n '__masu_shim_at ""' -l log-max-files -x -d 'keep so many log files; 5 by default'
complete -c masu-shim -n '__masu_shim_at ""' -l stdin -x -a 'none once open' -d 'at its end from the beginning; open until the first attached client ends it (the default); open until it is ended by DELETE /stdin'
complete -c masu-shim -n '__masu_shim_at ""' -l pid-file -r -F -d 'write the pid of the container\'s first process to FILE'
complete -c masu-shim -n '__masu_shim_at ""' -l exit-dir -x -a '(__fish_complete_directories)' -d 'write the record of the container\'s end to DIR too, as a file named by the id'
complete -c masu-shim -n '__masu_shim_at ""' -l exit-command -r -F -d 'run this once when the container has ended for good'
complete -c masu-shim -n '__masu_shim_at ""' -l exit-command-arg -x -d 'an argument for the exit command'
complete -c masu-shim -n '__masu_shim_at ""' -l restart -x -d 'start again: no (the default), on-failure[:N], always or unless-stopped'
complete -c masu-shim -n '__masu_shim_at ""' -l stop-signal -x -d 'what stops the container; TERM by default'
complete -c masu-shim -n '__masu_shim_at ""' -l stop-timeout -x -d 'how long it may take to stop before it is killed; 10s by default'
complete -c masu-shim -n '__masu_shim_at ""' -l drain-timeout -x -d 'how long output is awaited from what the container\'s first process has left behind; 5s by default'
complete -c masu-shim -n '__masu_shim_at ""' -l health-cmd -x -d 'check the container\'s health by running TEXT in its shell, or the words of a JSON array'
complete -c masu-shim -n '__masu_shim_at ""' -l health-interval -x -d 'time between two checks; 30s by default'
complete -c masu-shim -n '__masu_shim_at ""' -l health-timeout -x -d 'time that a check may take; 30s by default'
complete -c masu-shim -n '__masu_shim_at ""' -l health-start-period -x -d 'time after a start in which failures do not count; 0s by default'
complete -c masu-shim -n '__masu_shim_at ""' -l health-retries -x -d 'so many failures in a row make it unhealthy; 3 by default'
complete -c masu-shim -n '__masu_shim_at ""' -l health-on-failure -x -a 'none kill restart stop' -d 'what to do then; none by default'
complete -c masu-shim -n '__masu_shim_at ""' -l log-max-total -x -d 'log no more than this of the container\'s output; no limit by default'
complete -c masu-shim -n '__masu_shim_at ""' -l hold-fds -x -d 'hold N file descriptors, those behind the ones of LISTEN_FDS, until the container has ended for good: sockets that keep published ports occupied'
complete -c masu-shim -n '__masu_shim_at ""' -l exit-delay -x -d 'wait so long before the exit command; 0s by default'
complete -c masu-shim -n '__masu_shim_at ""' -l event-log -x -a '(__fish_complete_directories)' -d 'append each event, as a line of JSON, to the file log in DIR'
complete -c masu-shim -n '__masu_shim_at ""' -l log-sync -d 'have the log on the disk before the container\'s end is told'
complete -c masu-shim -n '__masu_shim_at ""' -l passing -d 'the container is removed at its end: do not wait for the disk to have the record of it'
complete -c masu-shim -n '__masu_shim_at ""' -l time-limit -x -d 'kill the container when it has run so long'
complete -c masu-shim -n '__masu_shim_at ""' -l health-startup-cmd -x -d 'check by this, as --health-cmd, until it has succeeded; then by --health-cmd'
complete -c masu-shim -n '__masu_shim_at ""' -l health-startup-interval -x -d 'time between two of these checks; 30s by default'
complete -c masu-shim -n '__masu_shim_at ""' -l health-startup-timeout -x -d 'time that such a check may take; 30s by default'
complete -c masu-shim -n '__masu_shim_at ""' -l health-startup-retries -x -d 'so many failures in a row restart the container; none do by default'
complete -c masu-shim -n '__masu_shim_at ""' -l health-startup-success -x -d 'so many successes in a row end these checks; 1 by default'
complete -c masu-shim -n '__masu_shim_at ""' -l log-name -x -d 'the container\'s name in the journal; its id by default'
complete -c masu-shim -n '__masu_shim_at ""' -l log-tag -x -d 'CONTAINER_TAG and SYSLOG_IDENTIFIER in the journal; the container\'s id by default'
complete -c masu-shim -n '__masu_shim_at ""' -l health-start-interval -x -d 'time between two checks in the start period; 5s by default'
complete -c masu-shim -n '__masu_shim_at ""' -l recover -d 'go on with the container of a shim that was killed; of the other options only the id and the folder count'
complete -c masu-shim -n '__masu_shim_at ""' -l completion -x -a 'bash zsh fish' -d 'print a completion script for this shell and exit'
complete -c masu-shim -n '__masu_shim_at ""' -l version -s v -d 'print the version and exit'
complete -c masu-shim -n '__masu_shim_at ""' -l help -s h -d 'print this help and exit'
