#compdef masu
# zsh completion for masu, made by `masu completion zsh`.

_masu_output() {
  local -a found
  found=(${(f)"$(masu "$@" 2>/dev/null)"})
  compadd -a found
}

_masu() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C -S \
    '--root=[keep images and containers in DIR]:DIR:_files -/' \
    '--state=[keep what dies with the boot in DIR]:DIR:_files -/' \
    '--runtime=[the OCI runtime; masu-runtime by default]:PROGRAM:_files' \
    '--storage-driver=[how layers become a root; by default the first that works]:NAME:(overlay fuse-overlayfs vfs)' \
    '--log-level=[how much is said on stderr]:LEVEL:(error warning info debug trace)' \
    '(-v --version)'{-v,--version}'[print the version and exit]' \
    '(-h --help)'{-h,--help}'[print this help and exit]' \
    '1:command:->command' \
    '*::argument:->argument'
  case $state in
    command)
      local -a commands=(
        'run:make a container of an image and run it'
        'create:make a container of an image, for a later start'
        'start:start containers that are created or have ended'
        'stop:end containers by a signal, and in the end by SIGKILL'
        'restart:stop containers and start them again'
        'kill:send a signal to containers'
        'pause:stop the processes of containers for a while'
        'unpause:let the processes of paused containers go on'
        'wait:wait until containers have ended, and print their exit codes'
        'rm:remove containers'
        'ls:list containers, also as ps'
        'logs:print what containers have written'
        'attach:join the terminal or the output of a running container'
        'exec:run another program in a running container'
        'inspect:print all about containers or images as JSON'
        'top:list the processes of a container, as it sees them'
        'stats:show what containers use, again and again'
        'diff:list the files that a container has changed'
        'cp:copy files between a container and this machine'
        'export:write all files of a container as a tar archive'
        'commit:make an image of a container'
        'rename:give a container another name'
        'update:change the limits of containers'
        'events:print what happens to containers and images'
        'info:print what there is, and what it runs on'
        'version:print the version of masu and of what it runs on'
        'images:list the images that are here'
        'pull:fetch images from a registry'
        'push:send an image to a registry'
        'load:take images from an archive or a folder'
        'save:write images to an archive or a folder'
        'import:make an image of a root file system'
        'tag:give an image another name'
        'untag:take names from an image, which stays'
        'rmi:remove images, also as image rm'
        'history:show the steps that an image was made by'
        'login:keep credentials for a registry'
        'logout:forget the credentials for a registry'
        'check:check the store, and mend what was cut off; also as system check'
        'doctor:find what this machine lacks for containers'
        'port:list the published ports of a container that runs'
        'container:containers: also by the commands of one word'
        'image:images: masu image ls is masu images'
        'generate:files for other programs'
        'healthcheck:of containers'
        'network:networks that containers join'
        'secret:what containers are given and nobody else sees'
        'system:the store and this machine'
        'volume:folders that outlive containers'
      )
      _describe command commands ;;
    argument)
      local name=$line[1]
      local -a names=('run' 'create' 'start' 'stop' 'restart' 'kill' 'pause' 'unpause' 'wait' 'rm' 'ls' 'logs' 'attach' 'exec' 'inspect' 'top' 'stats' 'diff' 'cp' 'export' 'commit' 'rename' 'update' 'healthcheck run' 'events' 'container prune' 'container exists' 'info' 'version' 'generate systemd' 'system df' 'system prune' 'system reset' 'image exists' 'images' 'pull' 'push' 'load' 'save' 'import' 'tag' 'untag' 'rmi' 'history' 'image prune' 'login' 'logout' 'check' 'doctor' 'volume create' 'volume ls' 'volume inspect' 'volume rm' 'volume prune' 'secret create' 'secret ls' 'secret inspect' 'secret rm' 'port' 'network create' 'network ls' 'network inspect' 'network rm' 'network prune' 'network connect' 'network disconnect' )
      case $name in
        container|c)
          if (( CURRENT == 2 )); then
            local -a commands=(
              'run:make a container of an image and run it'
              'create:make a container of an image, for a later start'
              'start:start containers that are created or have ended'
              'stop:end containers by a signal, and in the end by SIGKILL'
              'restart:stop containers and start them again'
              'kill:send a signal to containers'
              'pause:stop the processes of containers for a while'
              'unpause:let the processes of paused containers go on'
              'wait:wait until containers have ended, and print their exit codes'
              'rm:remove containers'
              'ls:list containers, also as ps'
              'logs:print what containers have written'
              'attach:join the terminal or the output of a running container'
              'exec:run another program in a running container'
              'inspect:print all about containers or images as JSON'
              'top:list the processes of a container, as it sees them'
              'stats:show what containers use, again and again'
              'diff:list the files that a container has changed'
              'cp:copy files between a container and this machine'
              'export:write all files of a container as a tar archive'
              'commit:make an image of a container'
              'rename:give a container another name'
              'update:change the limits of containers'
              'port:list the published ports of a container that runs'
              'prune:remove all containers that do not run'
              'exists:exit with 0 if there is such a container, else with 1'
            )
            _describe command commands
            return
          fi
          shift words
          (( CURRENT-- ))
          name="container $words[1]"
          (( $names[(Ie)$name] )) || name=$words[1] ;;
        image|i)
          if (( CURRENT == 2 )); then
            local -a commands=(
              'ls:list the images that are here'
              'pull:fetch images from a registry'
              'push:send an image to a registry'
              'load:take images from an archive or a folder'
              'save:write images to an archive or a folder'
              'import:make an image of a root file system'
              'tag:give an image another name'
              'untag:take names from an image, which stays'
              'rm:remove images, also as image rm'
              'history:show the steps that an image was made by'
              'inspect:print all about containers or images as JSON'
              'exists:exit with 0 if there is such an image, else with 1'
              'prune:remove images that have no name'
            )
            _describe command commands
            return
          fi
          shift words
          (( CURRENT-- ))
          name="image $words[1]"
          [[ $name == 'image ls' ]] && name=images
          [[ $name == 'image rm' ]] && name=rmi
          (( $names[(Ie)$name] )) || name=$words[1] ;;
        generate)
          if (( CURRENT == 2 )); then
            local -a commands=(
              'systemd:print a unit of systemd that runs a container'
            )
            _describe command commands
            return
          fi
          shift words
          (( CURRENT-- ))
          name="generate $words[1]"
          (( $names[(Ie)$name] )) || name=$words[1] ;;
        healthcheck)
          if (( CURRENT == 2 )); then
            local -a commands=(
              'run:check a container'\''s health now'
            )
            _describe command commands
            return
          fi
          shift words
          (( CURRENT-- ))
          name="healthcheck $words[1]"
          (( $names[(Ie)$name] )) || name=$words[1] ;;
        network)
          if (( CURRENT == 2 )); then
            local -a commands=(
              'create:make a network'
              'ls:list networks'
              'inspect:print all about networks as JSON'
              'rm:remove networks'
              'prune:remove the networks that no container is in'
              'connect:let a container join a network, running or not'
              'disconnect:take a container out of a network, running or not'
            )
            _describe command commands
            return
          fi
          shift words
          (( CURRENT-- ))
          name="network $words[1]"
          (( $names[(Ie)$name] )) || name=$words[1] ;;
        secret)
          if (( CURRENT == 2 )); then
            local -a commands=(
              'create:keep a secret for containers'
              'ls:list secrets'
              'inspect:print all about secrets as JSON'
              'rm:remove secrets'
            )
            _describe command commands
            return
          fi
          shift words
          (( CURRENT-- ))
          name="secret $words[1]"
          (( $names[(Ie)$name] )) || name=$words[1] ;;
        system)
          if (( CURRENT == 2 )); then
            local -a commands=(
              'check:check the store, and mend what was cut off; also as system check'
              'doctor:find what this machine lacks for containers'
              'events:print what happens to containers and images'
              'info:print what there is, and what it runs on'
              'df:show what images, containers and volumes take'
              'prune:remove what is not used'
              'reset:remove all containers, images and volumes'
            )
            _describe command commands
            return
          fi
          shift words
          (( CURRENT-- ))
          name="system $words[1]"
          (( $names[(Ie)$name] )) || name=$words[1] ;;
        volume)
          if (( CURRENT == 2 )); then
            local -a commands=(
              'create:make a volume'
              'ls:list volumes'
              'inspect:print all about volumes as JSON'
              'rm:remove volumes and what is in them'
              'prune:remove volumes that no container has'
            )
            _describe command commands
            return
          fi
          shift words
          (( CURRENT-- ))
          name="volume $words[1]"
          (( $names[(Ie)$name] )) || name=$words[1] ;;
      esac
      case $name in
        run) _arguments -S -A '-*' \
          '(-d --detach)'{-d,--detach}'[print the id, and leave the container running]' \
          '--detach-keys=[what leaves it running in a terminal; ctrl-p,ctrl-q by default]:KEYS: ' \
          '--sig-proxy[hand signals on to it, as by default; --sig-proxy=false\: not]' \
          '(-i --interactive)'{-i,--interactive}'[pass stdin on to the container]' \
          '(-t --tty)'{-t,--tty}'[give the container a terminal]' \
          '--rm[remove the container when it has ended]' \
          '--name=[the container'\''s name; one is found by default]:NAME: ' \
          '*'{-l,--label=}'[a label]:NAME\[=VALUE\]: ' \
          '*--annotation=[an annotation for the runtime]:NAME=VALUE: ' \
          '--restart=[no (the default), on-failure\[\:N\], always, unless-stopped]:POLICY: ' \
          '--stop-signal=[what stop sends; TERM by default]:SIGNAL: ' \
          '--stop-timeout=[after which stop kills; 10 by default]:SECONDS: ' \
          '--pull=[pull the image always, never, when it is newer, or when it is missing (the default)]:WHEN:(always missing newer never)' \
          '--platform=[of an image to be pulled, the one for this]:OS/ARCH: ' \
          '--cidfile=[write the id to this new file]:FILE:_files' \
          '--replace[remove the container of that name first]' \
          '*--label-file=[labels, one a line]:FILE:_files' \
          '--pidfile=[write the pid of the first process to this file]:FILE:_files' \
          '(-q --quiet)'{-q,--quiet}'[do not tell of a pull]' \
          '--health-cmd=[check its health by this, in its shell, or a JSON array of words; none for no checks]:COMMAND: ' \
          '--health-interval=[between two checks; 30s by default]:TIME: ' \
          '--health-timeout=[that a check may take; 30s by default]:TIME: ' \
          '--health-start-period=[after a start in which failures do not count]:TIME: ' \
          '--health-retries=[so many failures in a row make it unhealthy; 3 by default]:N: ' \
          '--health-on-failure=[what to do then\: none (the default), kill, restart, stop]:ACTION:(none kill restart stop)' \
          '--no-healthcheck[without the image'\''s checks]' \
          '--log-driver=[a file (json, json-file, k8s-file\: all the same), journald, or none]:DRIVER:(json json-file k8s-file journald none)' \
          '*--log-opt=[max-size=10m, max-file=3, path=FILE; of journald tag={{.Name}}]:NAME=VALUE: ' \
          '--timeout=[kill it when it has run so long; 0 for never, the default]:SECONDS: ' \
          '--health-start-interval=[between two checks until then; 5s by default]:TIME: ' \
          '--health-startup-cmd=[until this has succeeded, it is what is checked]:COMMAND: ' \
          '--health-startup-interval=[between two such checks; 30s by default]:TIME: ' \
          '--health-startup-timeout=[that such a check may take; 30s by default]:TIME: ' \
          '--health-startup-retries=[so many failures in a row restart it; 0 for none, the default]:N: ' \
          '--health-startup-success=[so many successes in a row are needed; 1 by default]:N: ' \
          '*'{-e,--env=}'[set a variable; without a value, to that of the caller]:NAME\[=VALUE\]: ' \
          '*--env-file=[set the variables of a file, one a line]:FILE:_files' \
          '--env-host[set the caller'\''s variables]' \
          '*--unsetenv=[leave out a variable of the image]:NAME: ' \
          '--unsetenv-all[leave out all variables of the image]' \
          '--http-proxy[pass on the caller'\''s proxy variables (the default)]' \
          '(-w --workdir)'{-w,--workdir=}'[where the program starts]:DIR: ' \
          '(-u --user)'{-u,--user=}'[who the program runs as; names are looked up in the container]:USER\[\:GROUP\]: ' \
          '*--group-add=[a supplementary group]:GROUP: ' \
          '--entrypoint=[instead of the image'\''s\: one word, or a JSON array]:PROGRAM: ' \
          '--umask=[of the program, in octal; 0022 by default]:MODE: ' \
          '--tz=[its time zone, as in Europe/Berlin; local for that of the host]:ZONE: ' \
          '--passwd[add an entry of /etc/passwd for a user without one (the default)]' \
          '--passwd-entry=[that entry; $UID, $GID, $NAME and $HOME stand for their values]:LINE: ' \
          '--group-entry=[the same in /etc/group]:LINE: ' \
          '--init[a first process that hands on signals and reaps orphans]' \
          '--init-path=[which; our own by default]:PROGRAM:_files' \
          '--personality=[LINUX or LINUX32]:NAME: ' \
          '--rootfs[IMAGE is a folder of this machine; FOLDER\:O leaves it as it is]' \
          '*'{-v,--volume=}'[bind a path of the host, or mount the volume named SRC]:\[SRC\:\]DST\[\:OPTIONS\]: ' \
          '*--mount=[mount a bind, volume, tmpfs, ramfs, devpts, image or glob\: type=bind,src=,dst=,ro]:type=…,…: ' \
          '*--tmpfs=[mount a tmpfs there]:PATH\[\:OPTIONS\]: ' \
          '*--volumes-from=[with the volumes and binds of another container]:CONTAINER\[\:ro\]: ' \
          '--image-volume=[volumes that the image wants\: anonymous (the default), tmpfs, ignore]:HOW:(anonymous bind tmpfs ignore)' \
          '--read-only[the root file system is not writable]' \
          '--read-only-tmpfs[with --read-only, /run, /tmp and /var/tmp are (the default)]' \
          '--shm-size=[the size of /dev/shm; 64m by default]:SIZE: ' \
          '*--secret=[a copy of a secret\: a file in /run/secrets (target=, uid=, gid=, mode=), or a variable (target=)]:NAME\[,type=mount|env,…\]: ' \
          '*'{-p,--publish=}'[a port of the host, then that of the container]:\[\[IP\:\]PORT\:\]PORT\[/udp\]: ' \
          '(-P --publish-all)'{-P,--publish-all}'[publish each exposed port at a free one of the host]' \
          '*--expose=[a port for --publish-all]:PORT\[/udp\]: ' \
          '(-h --hostname)'{-h,--hostname=}'[the host name in the container; its id by default]:NAME: ' \
          '*--network=[a network'\''s name, or bridge, none, host, pasta, slirp4netns, container\:NAME, ns\:PATH]:NETWORK:{_masu_output network ls -q}' \
          '--ip=[its address in its network]:ADDRESS: ' \
          '--ip6=[its address of IPv6 there]:ADDRESS: ' \
          '--mac-address=[the MAC address of its interface]:MAC: ' \
          '*--network-alias=[another name in its networks]:NAME: ' \
          '*--add-host=[an entry of /etc/hosts; host-gateway is this machine]:NAME\:ADDRESS: ' \
          '--no-hosts[leave /etc/hosts as the image has it]' \
          '*--dns=[a name server, instead of the host'\''s]:ADDRESS: ' \
          '*--dns-search=[a domain to search names in; . for none]:DOMAIN: ' \
          '*--dns-option=[an option of resolv.conf(5)]:OPTION: ' \
          '--gpus=[is refused\: devices of that kind are given by --device and bind mounts]:GPUS: ' \
          '*--cap-add=[give a capability; all for all of them]:CAPABILITY: ' \
          '*--cap-drop=[take a capability; all for all of them]:CAPABILITY: ' \
          '*--security-opt=[no-new-privileges, seccomp=unconfined|FILE, apparmor=, label=, mask=, unmask=ALL, proc-opts=, systempaths=unconfined]:OPTION: ' \
          '--privileged[all capabilities, no seccomp filter, nothing masked]' \
          '*--sysctl=[a kernel parameter of the container'\''s namespaces]:NAME=VALUE: ' \
          '--pid=[processes\: private (the default), host, container\:NAME or ns\:PATH]:MODE: ' \
          '--ipc=[shared memory\: private, host, container\:NAME, ns\:PATH, shareable or none]:MODE: ' \
          '--uts=[host name\: private, host, container\:NAME or ns\:PATH]:MODE: ' \
          '--cgroupns=[view of cgroups\: private, host, container\:NAME or ns\:PATH]:MODE: ' \
          '*--device=[a device of the host, or all in a folder of /dev]:SRC\[\:DST\]\[\:rwm\]: ' \
          '*--device-cgroup-rule=[let it use devices\: '\''c 42\:* rwm'\'']:RULE: ' \
          '(-m --memory)'{-m,--memory=}'[how much memory it may use\: 512m]:SIZE: ' \
          '--memory-swap=[memory and swap together; -1 for as much as there is]:SIZE: ' \
          '--cpus=[how many processors it may use\: 1.5]:N: ' \
          '--pids-limit=[how many processes it may have; -1 for no limit, 2048 by default]:N: ' \
          '*--ulimit=[a limit of setrlimit(2)\: nofile=1024\:2048]:NAME=SOFT\[\:HARD\]: ' \
          '--cpu-shares=[its share of processor time; 1024 is the usual]:N: ' \
          '--cpuset-cpus=[the processors that it may run on\: 0-3,7]:LIST: ' \
          '--oom-score-adj=[-1000 to 1000\: how soon it is killed for want of memory]:N: ' \
          '--memory-reservation=[what it is to keep when memory is short]:SIZE: ' \
          '--memory-swappiness=[0 to 100\: how readily it is swapped out]:N: ' \
          '--oom-kill-disable[let it wait for memory instead of being killed]' \
          '--cpu-period=[of --cpu-quota; 100000 by default]:MICROSECONDS: ' \
          '--cpu-quota=[processor time of each period]:MICROSECONDS: ' \
          '--cpu-rt-period=[the same for real-time processes]:MICROSECONDS: ' \
          '--cpu-rt-runtime=[the same for real-time processes]:MICROSECONDS: ' \
          '--cpuset-mems=[the memory nodes that it may use\: 0-1]:LIST: ' \
          '--blkio-weight=[10 to 1000\: its share of block devices]:N: ' \
          '*--blkio-weight-device=[the same of one device]:DEVICE\:N: ' \
          '*--device-read-bps=[bytes a second that it may read]:DEVICE\:SIZE: ' \
          '*--device-write-bps=[bytes a second that it may write]:DEVICE\:SIZE: ' \
          '*--device-read-iops=[reads a second]:DEVICE\:N: ' \
          '*--device-write-iops=[writes a second]:DEVICE\:N: ' \
          '--cgroup-parent=[the cgroup that its own is made in; /masu by default]:PATH: ' \
          '--cgroups=[enabled (the default), or disabled for none of its own]:MODE:(enabled disabled no-conmon split)' \
          '*--cgroup-conf=[a file of its cgroup, of version 2\: memory.high=1073741824]:FILE=VALUE: ' \
          '--userns=[ids\: host (the default), auto\[\:size=N\], keep-id\[\:uid=N,gid=N,size=N\], nomap or container\:NAME]:MODE: ' \
          '*--uidmap=[so many user ids, from these on, in a user namespace of its own]:CONTAINER\:HOST\:COUNT: ' \
          '*--gidmap=[the same of groups; as --uidmap by default]:CONTAINER\:HOST\:COUNT: ' \
          '--subuidname=[the ids of this name in /etc/subuid]:NAME: ' \
          '--subgidname=[the ids of this name in /etc/subgid]:NAME: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:IMAGE:{_masu_output images -q}' \
          '*:COMMAND: ' ;;
        create) _arguments -S -A '-*' \
          '(-i --interactive)'{-i,--interactive}'[pass stdin on to the container]' \
          '(-t --tty)'{-t,--tty}'[give the container a terminal]' \
          '--rm[remove the container when it has ended]' \
          '--name=[the container'\''s name; one is found by default]:NAME: ' \
          '*'{-l,--label=}'[a label]:NAME\[=VALUE\]: ' \
          '*--annotation=[an annotation for the runtime]:NAME=VALUE: ' \
          '--restart=[no (the default), on-failure\[\:N\], always, unless-stopped]:POLICY: ' \
          '--stop-signal=[what stop sends; TERM by default]:SIGNAL: ' \
          '--stop-timeout=[after which stop kills; 10 by default]:SECONDS: ' \
          '--pull=[pull the image always, never, when it is newer, or when it is missing (the default)]:WHEN:(always missing newer never)' \
          '--platform=[of an image to be pulled, the one for this]:OS/ARCH: ' \
          '--cidfile=[write the id to this new file]:FILE:_files' \
          '--replace[remove the container of that name first]' \
          '*--label-file=[labels, one a line]:FILE:_files' \
          '--pidfile=[write the pid of the first process to this file]:FILE:_files' \
          '(-q --quiet)'{-q,--quiet}'[do not tell of a pull]' \
          '--health-cmd=[check its health by this, in its shell, or a JSON array of words; none for no checks]:COMMAND: ' \
          '--health-interval=[between two checks; 30s by default]:TIME: ' \
          '--health-timeout=[that a check may take; 30s by default]:TIME: ' \
          '--health-start-period=[after a start in which failures do not count]:TIME: ' \
          '--health-retries=[so many failures in a row make it unhealthy; 3 by default]:N: ' \
          '--health-on-failure=[what to do then\: none (the default), kill, restart, stop]:ACTION:(none kill restart stop)' \
          '--no-healthcheck[without the image'\''s checks]' \
          '--log-driver=[a file (json, json-file, k8s-file\: all the same), journald, or none]:DRIVER:(json json-file k8s-file journald none)' \
          '*--log-opt=[max-size=10m, max-file=3, path=FILE; of journald tag={{.Name}}]:NAME=VALUE: ' \
          '--timeout=[kill it when it has run so long; 0 for never, the default]:SECONDS: ' \
          '--health-start-interval=[between two checks until then; 5s by default]:TIME: ' \
          '--health-startup-cmd=[until this has succeeded, it is what is checked]:COMMAND: ' \
          '--health-startup-interval=[between two such checks; 30s by default]:TIME: ' \
          '--health-startup-timeout=[that such a check may take; 30s by default]:TIME: ' \
          '--health-startup-retries=[so many failures in a row restart it; 0 for none, the default]:N: ' \
          '--health-startup-success=[so many successes in a row are needed; 1 by default]:N: ' \
          '*'{-e,--env=}'[set a variable; without a value, to that of the caller]:NAME\[=VALUE\]: ' \
          '*--env-file=[set the variables of a file, one a line]:FILE:_files' \
          '--env-host[set the caller'\''s variables]' \
          '*--unsetenv=[leave out a variable of the image]:NAME: ' \
          '--unsetenv-all[leave out all variables of the image]' \
          '--http-proxy[pass on the caller'\''s proxy variables (the default)]' \
          '(-w --workdir)'{-w,--workdir=}'[where the program starts]:DIR: ' \
          '(-u --user)'{-u,--user=}'[who the program runs as; names are looked up in the container]:USER\[\:GROUP\]: ' \
          '*--group-add=[a supplementary group]:GROUP: ' \
          '--entrypoint=[instead of the image'\''s\: one word, or a JSON array]:PROGRAM: ' \
          '--umask=[of the program, in octal; 0022 by default]:MODE: ' \
          '--tz=[its time zone, as in Europe/Berlin; local for that of the host]:ZONE: ' \
          '--passwd[add an entry of /etc/passwd for a user without one (the default)]' \
          '--passwd-entry=[that entry; $UID, $GID, $NAME and $HOME stand for their values]:LINE: ' \
          '--group-entry=[the same in /etc/group]:LINE: ' \
          '--init[a first process that hands on signals and reaps orphans]' \
          '--init-path=[which; our own by default]:PROGRAM:_files' \
          '--personality=[LINUX or LINUX32]:NAME: ' \
          '--rootfs[IMAGE is a folder of this machine; FOLDER\:O leaves it as it is]' \
          '*'{-v,--volume=}'[bind a path of the host, or mount the volume named SRC]:\[SRC\:\]DST\[\:OPTIONS\]: ' \
          '*--mount=[mount a bind, volume, tmpfs, ramfs, devpts, image or glob\: type=bind,src=,dst=,ro]:type=…,…: ' \
          '*--tmpfs=[mount a tmpfs there]:PATH\[\:OPTIONS\]: ' \
          '*--volumes-from=[with the volumes and binds of another container]:CONTAINER\[\:ro\]: ' \
          '--image-volume=[volumes that the image wants\: anonymous (the default), tmpfs, ignore]:HOW:(anonymous bind tmpfs ignore)' \
          '--read-only[the root file system is not writable]' \
          '--read-only-tmpfs[with --read-only, /run, /tmp and /var/tmp are (the default)]' \
          '--shm-size=[the size of /dev/shm; 64m by default]:SIZE: ' \
          '*--secret=[a copy of a secret\: a file in /run/secrets (target=, uid=, gid=, mode=), or a variable (target=)]:NAME\[,type=mount|env,…\]: ' \
          '*'{-p,--publish=}'[a port of the host, then that of the container]:\[\[IP\:\]PORT\:\]PORT\[/udp\]: ' \
          '(-P --publish-all)'{-P,--publish-all}'[publish each exposed port at a free one of the host]' \
          '*--expose=[a port for --publish-all]:PORT\[/udp\]: ' \
          '(-h --hostname)'{-h,--hostname=}'[the host name in the container; its id by default]:NAME: ' \
          '*--network=[a network'\''s name, or bridge, none, host, pasta, slirp4netns, container\:NAME, ns\:PATH]:NETWORK:{_masu_output network ls -q}' \
          '--ip=[its address in its network]:ADDRESS: ' \
          '--ip6=[its address of IPv6 there]:ADDRESS: ' \
          '--mac-address=[the MAC address of its interface]:MAC: ' \
          '*--network-alias=[another name in its networks]:NAME: ' \
          '*--add-host=[an entry of /etc/hosts; host-gateway is this machine]:NAME\:ADDRESS: ' \
          '--no-hosts[leave /etc/hosts as the image has it]' \
          '*--dns=[a name server, instead of the host'\''s]:ADDRESS: ' \
          '*--dns-search=[a domain to search names in; . for none]:DOMAIN: ' \
          '*--dns-option=[an option of resolv.conf(5)]:OPTION: ' \
          '--gpus=[is refused\: devices of that kind are given by --device and bind mounts]:GPUS: ' \
          '*--cap-add=[give a capability; all for all of them]:CAPABILITY: ' \
          '*--cap-drop=[take a capability; all for all of them]:CAPABILITY: ' \
          '*--security-opt=[no-new-privileges, seccomp=unconfined|FILE, apparmor=, label=, mask=, unmask=ALL, proc-opts=, systempaths=unconfined]:OPTION: ' \
          '--privileged[all capabilities, no seccomp filter, nothing masked]' \
          '*--sysctl=[a kernel parameter of the container'\''s namespaces]:NAME=VALUE: ' \
          '--pid=[processes\: private (the default), host, container\:NAME or ns\:PATH]:MODE: ' \
          '--ipc=[shared memory\: private, host, container\:NAME, ns\:PATH, shareable or none]:MODE: ' \
          '--uts=[host name\: private, host, container\:NAME or ns\:PATH]:MODE: ' \
          '--cgroupns=[view of cgroups\: private, host, container\:NAME or ns\:PATH]:MODE: ' \
          '*--device=[a device of the host, or all in a folder of /dev]:SRC\[\:DST\]\[\:rwm\]: ' \
          '*--device-cgroup-rule=[let it use devices\: '\''c 42\:* rwm'\'']:RULE: ' \
          '(-m --memory)'{-m,--memory=}'[how much memory it may use\: 512m]:SIZE: ' \
          '--memory-swap=[memory and swap together; -1 for as much as there is]:SIZE: ' \
          '--cpus=[how many processors it may use\: 1.5]:N: ' \
          '--pids-limit=[how many processes it may have; -1 for no limit, 2048 by default]:N: ' \
          '*--ulimit=[a limit of setrlimit(2)\: nofile=1024\:2048]:NAME=SOFT\[\:HARD\]: ' \
          '--cpu-shares=[its share of processor time; 1024 is the usual]:N: ' \
          '--cpuset-cpus=[the processors that it may run on\: 0-3,7]:LIST: ' \
          '--oom-score-adj=[-1000 to 1000\: how soon it is killed for want of memory]:N: ' \
          '--memory-reservation=[what it is to keep when memory is short]:SIZE: ' \
          '--memory-swappiness=[0 to 100\: how readily it is swapped out]:N: ' \
          '--oom-kill-disable[let it wait for memory instead of being killed]' \
          '--cpu-period=[of --cpu-quota; 100000 by default]:MICROSECONDS: ' \
          '--cpu-quota=[processor time of each period]:MICROSECONDS: ' \
          '--cpu-rt-period=[the same for real-time processes]:MICROSECONDS: ' \
          '--cpu-rt-runtime=[the same for real-time processes]:MICROSECONDS: ' \
          '--cpuset-mems=[the memory nodes that it may use\: 0-1]:LIST: ' \
          '--blkio-weight=[10 to 1000\: its share of block devices]:N: ' \
          '*--blkio-weight-device=[the same of one device]:DEVICE\:N: ' \
          '*--device-read-bps=[bytes a second that it may read]:DEVICE\:SIZE: ' \
          '*--device-write-bps=[bytes a second that it may write]:DEVICE\:SIZE: ' \
          '*--device-read-iops=[reads a second]:DEVICE\:N: ' \
          '*--device-write-iops=[writes a second]:DEVICE\:N: ' \
          '--cgroup-parent=[the cgroup that its own is made in; /masu by default]:PATH: ' \
          '--cgroups=[enabled (the default), or disabled for none of its own]:MODE:(enabled disabled no-conmon split)' \
          '*--cgroup-conf=[a file of its cgroup, of version 2\: memory.high=1073741824]:FILE=VALUE: ' \
          '--userns=[ids\: host (the default), auto\[\:size=N\], keep-id\[\:uid=N,gid=N,size=N\], nomap or container\:NAME]:MODE: ' \
          '*--uidmap=[so many user ids, from these on, in a user namespace of its own]:CONTAINER\:HOST\:COUNT: ' \
          '*--gidmap=[the same of groups; as --uidmap by default]:CONTAINER\:HOST\:COUNT: ' \
          '--subuidname=[the ids of this name in /etc/subuid]:NAME: ' \
          '--subgidname=[the ids of this name in /etc/subgid]:NAME: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:IMAGE:{_masu_output images -q}' \
          '*:COMMAND: ' ;;
        start) _arguments -S \
          '(-a --attach)'{-a,--attach}'[stay with it; the exit code is its own]' \
          '(-i --interactive)'{-i,--interactive}'[stay with it, and pass stdin on]' \
          '--detach-keys=[what leaves it running in a terminal; ctrl-p,ctrl-q by default]:KEYS: ' \
          '--sig-proxy[hand signals on to it, as by default; --sig-proxy=false\: not]' \
          '--all[all that do not run]' \
          '*'{-f,--filter=}'[all that match, as masu ls has it]:KEY=VALUE: ' \
          '(-l --latest)'{-l,--latest}'[the last one that was made]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        stop) _arguments -S \
          '(-t --time)'{-t,--time=}'[how long to wait before it is killed; as --stop-timeout said, or 10]:SECONDS: ' \
          '(-s --signal)'{-s,--signal=}'[instead of what the image or --stop-signal say]:SIGNAL: ' \
          '(-a --all)'{-a,--all}'[all containers]' \
          '*'{-f,--filter=}'[all that match, as masu ls has it]:KEY=VALUE: ' \
          '(-i --ignore)'{-i,--ignore}'[one that is not there is no error]' \
          '(-l --latest)'{-l,--latest}'[the last one that was made]' \
          '*--cidfile=[the container whose id is in the file]:FILE:_files' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        restart) _arguments -S \
          '(-t --time)'{-t,--time=}'[how long to wait before it is killed; as --stop-timeout said, or 10]:SECONDS: ' \
          '(-s --signal)'{-s,--signal=}'[what ends it]:SIGNAL: ' \
          '(-a --all)'{-a,--all}'[all containers]' \
          '--running[all that run]' \
          '*'{-f,--filter=}'[all that match, as masu ls has it]:KEY=VALUE: ' \
          '(-l --latest)'{-l,--latest}'[the last one that was made]' \
          '*--cidfile=[the container whose id is in the file]:FILE:_files' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        kill) _arguments -S \
          '(-s --signal)'{-s,--signal=}'[KILL by default\: a name or a number]:SIGNAL: ' \
          '(-a --all)'{-a,--all}'[all that run]' \
          '*--cidfile=[the container whose id is in the file]:FILE:_files' \
          '(-l --latest)'{-l,--latest}'[the last one that was made]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        pause) _arguments -S \
          '(-a --all)'{-a,--all}'[all that run]' \
          '*'{-f,--filter=}'[all that match, as masu ls has it]:KEY=VALUE: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        unpause) _arguments -S \
          '(-a --all)'{-a,--all}'[all that are paused]' \
          '*'{-f,--filter=}'[all that match, as masu ls has it]:KEY=VALUE: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        wait) _arguments -S \
          '*--condition=[what is waited for, instead of the end]:STATE:(stopped exited not-running next-exit removed running created paused healthy unhealthy)' \
          '(-i --interval)'{-i,--interval=}'[how often a condition is looked at; 250ms by default]:SPAN: ' \
          '(-i --ignore)'{-i,--ignore}'[one that is not there is no error]' \
          '(-l --latest)'{-l,--latest}'[the last one that was made]' \
          '--exit-first-match[of several containers, end with the first that has come to it]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        rm) _arguments -S \
          '(-f --force)'{-f,--force}'[kill it if it runs; none of that name is fine]' \
          '(-a --all)'{-a,--all}'[all containers]' \
          '(-v --volumes)'{-v,--volumes}'[with the anonymous volumes, as after --rm]' \
          '(-t --time)'{-t,--time=}'[with -f\: give it so long to end by itself]:SECONDS: ' \
          '*--filter=[all that match, as masu ls has it]:KEY=VALUE: ' \
          '(-i --ignore)'{-i,--ignore}'[one that is not there is no error]' \
          '(-l --latest)'{-l,--latest}'[the last one that was made]' \
          '*--cidfile=[the container whose id is in the file]:FILE:_files' \
          '--depend[with the containers that share its network or another namespace of it]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        ls) _arguments -S \
          '(-a --all)'{-a,--all}'[those too that do not run]' \
          '(-q --quiet)'{-q,--quiet}'[print ids alone]' \
          '*'{-f,--filter=}'[those alone that match]:KEY=VALUE: ' \
          '--format=[json, a template, or table and a template]:FORMAT: ' \
          '--no-trunc[print ids and commands in full]' \
          '(-n --last)'{-n,--last=}'[the last N that were made, running or not]:N: ' \
          '(-l --latest)'{-l,--latest}'[the last one that was made]' \
          '(-s --size)'{-s,--size}'[how much each has written]' \
          '--sort=[the order; the newest first by default]:BY:(created id image names status size command)' \
          '--noheading[without the headings]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        logs) _arguments -S \
          '(-f --follow)'{-f,--follow}'[go on as long as the container does]' \
          '(-n --tail)'{-n,--tail=}'[the last so many lines alone]:N: ' \
          '(-t --timestamps)'{-t,--timestamps}'[the time before each line]' \
          '--since=[from then on\: 2026-11-22T10\:00\:00Z, or 10m for ten minutes ago]:TIME: ' \
          '--until=[before then]:TIME: ' \
          '--names[the container'\''s name before each line]' \
          '--color[of several containers, a colour for each]' \
          '--details[the container'\''s labels before each line]' \
          '(-l --latest)'{-l,--latest}'[the last one that was made]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        attach) _arguments -S \
          '--no-stdin[do not pass stdin on]' \
          '--detach-keys=[what leaves it running in a terminal; ctrl-p,ctrl-q by default]:KEYS: ' \
          '--sig-proxy[hand signals on to it, as by default; --sig-proxy=false\: not]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        exec) _arguments -S -A '-*' \
          '(-d --detach)'{-d,--detach}'[leave it running]' \
          '(-i --interactive)'{-i,--interactive}'[pass stdin on]' \
          '(-t --tty)'{-t,--tty}'[give it a terminal]' \
          '*'{-e,--env=}'[set a variable]:NAME=VALUE: ' \
          '(-u --user)'{-u,--user=}'[who runs it; as the container by default]:USER\[\:GROUP\]: ' \
          '(-w --workdir)'{-w,--workdir=}'[where it starts]:DIR: ' \
          '--privileged[with all capabilities]' \
          '--detach-keys=[what leaves it running in a terminal; ctrl-p,ctrl-q by default]:KEYS: ' \
          '*--env-file=[set the variables of a file, one a line]:FILE:_files' \
          '--cidfile=[the container is the one whose id is in FILE; CONTAINER is left out]:FILE:_files' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a --format {{.Names}}}' \
          '*:COMMAND: ' ;;
        inspect) _arguments -S \
          '(-f --format)'{-f,--format=}'[print this for each\: {{.State.Status}}, {{json .Config}}]:TEMPLATE: ' \
          '(-t --type)'{-t,--type=}'[what the name is one of]:TYPE:(all container image)' \
          '(-s --size)'{-s,--size}'[how much a container has written too]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:OBJECT:{_masu_output ls -a --format {{.Names}}}' ;;
        top) _arguments -S -A '-*' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a --format {{.Names}}}' \
          '*:DESCRIPTOR: ' ;;
        stats) _arguments -S \
          '(-a --all)'{-a,--all}'[those too that do not run]' \
          '--no-stream[print the figures once]' \
          '--format=[json, a template, or table and a template]:FORMAT: ' \
          '(-i --interval)'{-i,--interval=}'[the time between two looks; 1 by default]:SECONDS: ' \
          '--no-reset[do not clear the screen]' \
          '--no-trunc[print ids in full]' \
          '(-l --latest)'{-l,--latest}'[the last one that was made]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        diff) _arguments -S \
          '--format=[json, in place of a line each]:FORMAT:(json)' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        cp) _arguments -S \
          '(-a --archive)'{-a,--archive}'[owners stay as they are]' \
          '(-L --follow-link)'{-L,--follow-link}'[copy what a link leads to, instead of the link]' \
          '--overwrite[a folder may take a file'\''s place, and a file a folder'\''s]' \
          '(-q --quiet)'{-q,--quiet}'[accepted\: nothing is said anyway]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:FROM:_files' \
          '2:TO:_files' ;;
        export) _arguments -S \
          '(-o --output)'{-o,--output=}'[write there, instead of to stdout]:FILE:_files' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        commit) _arguments -S \
          '(-a --author)'{-a,--author=}'[who has made the image]:TEXT: ' \
          '*'{-c,--change=}'[CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME, WORKDIR …]:INSTRUCTION: ' \
          '(-m --message)'{-m,--message=}'[a comment for the history]:TEXT: ' \
          '(-p --pause)'{-p,--pause}'[let its processes stand still meanwhile, as by default; --pause=false\: not]' \
          '(-q --quiet)'{-q,--quiet}'[accepted\: only the id is printed]' \
          '--iidfile=[write the image'\''s id there too]:FILE:_files' \
          '(-f --format)'{-f,--format=}'[of the manifest\: oci by default]:FORMAT:(oci docker)' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a --format {{.Names}}}' \
          '2::NAME: ' ;;
        rename) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a --format {{.Names}}}' \
          '2:NAME: ' ;;
        update) _arguments -S \
          '(-m --memory)'{-m,--memory=}'[how much memory it may use\: 512m]:SIZE: ' \
          '--memory-swap=[memory and swap together; -1 for as much as there is]:SIZE: ' \
          '--memory-reservation=[what it is to keep when memory is short]:SIZE: ' \
          '--memory-swappiness=[0 to 100\: how readily it is swapped out]:N: ' \
          '--cpus=[how many processors it may use\: 1.5]:N: ' \
          '--cpu-shares=[its share of processor time; 1024 is the usual]:N: ' \
          '--cpu-period=[of --cpu-quota; 100000 by default]:MICROSECONDS: ' \
          '--cpu-quota=[processor time of each period]:MICROSECONDS: ' \
          '--cpu-rt-period=[the same for real-time processes]:MICROSECONDS: ' \
          '--cpu-rt-runtime=[the same for real-time processes]:MICROSECONDS: ' \
          '--cpuset-cpus=[the processors that it may run on\: 0-3,7]:LIST: ' \
          '--cpuset-mems=[the memory nodes that it may use\: 0-1]:LIST: ' \
          '--blkio-weight=[10 to 1000\: its share of block devices]:N: ' \
          '*--blkio-weight-device=[the same of one device]:DEVICE\:N: ' \
          '*--device-read-bps=[bytes a second that it may read]:DEVICE\:SIZE: ' \
          '*--device-write-bps=[bytes a second that it may write]:DEVICE\:SIZE: ' \
          '*--device-read-iops=[reads a second]:DEVICE\:N: ' \
          '*--device-write-iops=[writes a second]:DEVICE\:N: ' \
          '--pids-limit=[how many processes it may have; -1 for no limit, 2048 by default]:N: ' \
          '--restart=[no (the default), on-failure\[\:N\], always, unless-stopped]:POLICY: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        'healthcheck run') _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        events) _arguments -S \
          '--since=[what has happened from then on too\: a time, or 10m for ten minutes ago]:TIME: ' \
          '--until=[end with what happened before then]:TIME: ' \
          '*'{-f,--filter=}'[by container, event, image, label or type]:KEY=VALUE: ' \
          '--format=[json, or a template\: {{.Action}} {{.Actor.Attributes.name}}]:FORMAT: ' \
          '--stream[wait for what will happen, as by default; --stream=false\: end]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'container prune') _arguments -S \
          '(-f --force)'{-f,--force}'[do not ask]' \
          '*--filter=[those alone that match\: until=TIME, label=NAME\[=VALUE\], label!=…]:KEY=VALUE: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'container exists') _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        info) _arguments -S \
          '(-f --format)'{-f,--format=}'[json, or a template\: {{.Containers}}]:FORMAT: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        version) _arguments -S \
          '(-f --format)'{-f,--format=}'[json, or a template\: {{.Client.Version}}]:FORMAT: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'generate systemd') _arguments -S \
          '(-n --name)'{-n,--name}'[name the container in the unit, not its id]' \
          '(-f --files)'{-f,--files}'[write a file into this folder, and print its path]' \
          '--restart-policy=[when systemd starts it again; on-failure by default]:POLICY:(no on-success on-failure on-abnormal on-watchdog on-abort always)' \
          '(-t --time)'{-t,--time=}'[how long it has to end by itself; as --stop-timeout said by default]:SECONDS: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        'system df') _arguments -S \
          '(-v --verbose)'{-v,--verbose}'[each image, container and volume]' \
          '--format=[json, a template, or table and a template]:FORMAT: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'system prune') _arguments -S \
          '(-a --all)'{-a,--all}'[images too that no container has]' \
          '(-f --force)'{-f,--force}'[do not ask]' \
          '*--filter=[of the containers those alone that match\: until=TIME, label=NAME\[=VALUE\]]:KEY=VALUE: ' \
          '--volumes[anonymous volumes that no container has, too]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'system reset') _arguments -S \
          '(-f --force)'{-f,--force}'[do not ask]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'image exists') _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:IMAGE:{_masu_output images -q}' ;;
        images) _arguments -S \
          '(-a --all)'{-a,--all}'[as it is\: there are no images in between]' \
          '(-q --quiet)'{-q,--quiet}'[print ids alone]' \
          '--no-trunc[print ids in full]' \
          '--digests[show the digests of the manifests]' \
          '*'{-f,--filter=}'[only those\: dangling=BOOL, reference=PATTERN, label=KEY, before=, since=, until=, id=]:FILTER: ' \
          '--format=[json, or a template over Repository, Tag, ID, Digest, CreatedSince, Size]:TEMPLATE: ' \
          '--sort=[the order; by repository by default]:KEY:(repository tag id created size)' \
          '(-n --noheading)'{-n,--noheading}'[leave out the heading]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1::NAME: ' ;;
        pull) _arguments -S \
          '--platform=[of an image for several platforms, the one for this; the host'\''s by default]:OS/ARCH: ' \
          '--os=[of --platform, this part]:OS: ' \
          '--arch=[of --platform, this part]:ARCH: ' \
          '--variant=[of --platform, this part]:VARIANT: ' \
          '(-a --all-tags)'{-a,--all-tags}'[fetch the images of all tags of the repository]' \
          '--policy=[whether to fetch what is here; always by default]:WHEN:(always missing newer never)' \
          '(-q --quiet)'{-q,--quiet}'[print the result alone]' \
          '--authfile=[credentials, as docker and podman keep them]:FILE:_files' \
          '--creds=[credentials for the registry; other users can see them in the process list]:USER\:PASSWORD: ' \
          '--tls-verify[as it is by default; --tls-verify=false takes any certificate, and http]' \
          '--cert-dir=[certificates of authorities (*.crt), and our own (*.cert with *.key)]:DIR:_files -/' \
          '--retry=[try as often again what may pass; 3 by default]:N: ' \
          '--retry-delay=[wait as long before it, doubled each time\: 300ms, 2s]:TIME: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:IMAGE: ' ;;
        push) _arguments -S \
          '(-q --quiet)'{-q,--quiet}'[print the result alone]' \
          '--authfile=[credentials, as docker and podman keep them]:FILE:_files' \
          '--creds=[credentials for the registry; other users can see them in the process list]:USER\:PASSWORD: ' \
          '--tls-verify[as it is by default; --tls-verify=false takes any certificate, and http]' \
          '--cert-dir=[certificates of authorities (*.crt), and our own (*.cert with *.key)]:DIR:_files -/' \
          '--digestfile=[write the digest of the manifest there to FILE]:FILE:_files' \
          '(-f --format)'{-f,--format=}'[the types of manifest and layers; those that the image has by default]:FORM:(oci v2s2)' \
          '--compression-format=[for layers that are not compressed; gzip by default]:FORM:(gzip zstd)' \
          '--compression-level=[1 to 9 for gzip, to 20 for zstd]:N: ' \
          '--force-compression[compress those anew that are compressed already]' \
          '--retry=[try as often again what may pass; 3 by default]:N: ' \
          '--retry-delay=[wait as long before it, doubled each time\: 300ms, 2s]:TIME: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:IMAGE:{_masu_output images -q}' \
          '2::NAME: ' ;;
        load) _arguments -S \
          '(-i --input)'{-i,--input=}'[an archive, or the folder of an OCI layout; stdin by default]:PATH:_files' \
          '--platform=[of an image for several platforms, the one for this; the host'\''s by default]:OS/ARCH: ' \
          '(-q --quiet)'{-q,--quiet}'[print the result alone]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        save) _arguments -S \
          '(-o --output)'{-o,--output=}'[write there; to stdout by default]:PATH:_files' \
          '--format=[of the file or folder; docker-archive by default]:FORM:(docker-archive oci-archive oci-dir docker-dir)' \
          '(-m --multi-image-archive)'{-m,--multi-image-archive}'[as it is\: an archive may hold several images]' \
          '(-q --quiet)'{-q,--quiet}'[print the result alone]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:IMAGE:{_masu_output images -q}' ;;
        import) _arguments -S \
          '*'{-c,--change=}'[CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, USER, VOLUME, WORKDIR …]:INSTRUCTION: ' \
          '(-m --message)'{-m,--message=}'[a comment for the image'\''s history]:TEXT: ' \
          '--platform=[of an image for several platforms, the one for this; the host'\''s by default]:OS/ARCH: ' \
          '(-q --quiet)'{-q,--quiet}'[print the result alone]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:FILE:_files' \
          '2::NAME: ' ;;
        tag) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:IMAGE:{_masu_output images -q}' \
          '2:NAME: ' ;;
        untag) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:IMAGE:{_masu_output images -q}' \
          '*:NAME: ' ;;
        rmi) _arguments -S \
          '(-f --force)'{-f,--force}'[also the image of a container, whose layers stay until that is removed]' \
          '(-a --all)'{-a,--all}'[all images]' \
          '(-i --ignore)'{-i,--ignore}'[none of that name is fine]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:IMAGE:{_masu_output images -q}' ;;
        history) _arguments -S \
          '(-q --quiet)'{-q,--quiet}'[print ids alone]' \
          '--no-trunc[print ids and steps in full]' \
          '(-H --human)'{-H,--human}'[print sizes and times for people; the default]' \
          '--format=[json, or a template over ID, Created, CreatedBy, Size, Comment]:TEMPLATE: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:IMAGE:{_masu_output images -q}' ;;
        'image prune') _arguments -S \
          '(-a --all)'{-a,--all}'[also those with a name that no container uses]' \
          '(-f --force)'{-f,--force}'[do not ask]' \
          '*--filter=[those alone that match\: until=TIME, label=NAME\[=VALUE\], label!=…]:KEY=VALUE: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        login) _arguments -S \
          '(-u --username)'{-u,--username=}'[asked for by default]:NAME: ' \
          '(-p --password)'{-p,--password=}'[asked for by default; other users can see it in the process list]:TEXT: ' \
          '--password-stdin[read the password from stdin]' \
          '--get-login[print who is logged in, and no more]' \
          '--authfile=[credentials, as docker and podman keep them]:FILE:_files' \
          '--tls-verify[as it is by default; --tls-verify=false takes any certificate, and http]' \
          '--cert-dir=[certificates of authorities (*.crt), and our own (*.cert with *.key)]:DIR:_files -/' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1::REGISTRY: ' ;;
        logout) _arguments -S \
          '(-a --all)'{-a,--all}'[of all registries]' \
          '--authfile=[credentials, as docker and podman keep them]:FILE:_files' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1::REGISTRY: ' ;;
        check) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        doctor) _arguments -S \
          '(-f --format)'{-f,--format=}'[print in this form; text by default]:FORMAT:(text json)' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'volume create') _arguments -S \
          '(-d --driver)'{-d,--driver=}'[local (the default and the only one)]:DRIVER:(local)' \
          '*'{-l,--label=}'[a label]:NAME\[=VALUE\]: ' \
          '*'{-o,--opt=}'[what to mount in each container, as mount(8)\: type=, device=, o=]:NAME=VALUE: ' \
          '--ignore[one of that name is fine]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1::NAME: ' ;;
        'volume ls') _arguments -S \
          '(-q --quiet)'{-q,--quiet}'[print names alone]' \
          '*'{-f,--filter=}'[those alone\: name=, label=, driver=, dangling=true, until=24h]:FILTER: ' \
          '--format=[json, or a template\: {{.Name}} {{.Mountpoint}}]:TEMPLATE: ' \
          '(-n --noheading)'{-n,--noheading}'[no heading]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'volume inspect') _arguments -S \
          '(-a --all)'{-a,--all}'[all volumes]' \
          '(-f --format)'{-f,--format=}'[print this for each\: {{.Mountpoint}}]:TEMPLATE: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:VOLUME:{_masu_output volume ls -q}' ;;
        'volume rm') _arguments -S \
          '(-a --all)'{-a,--all}'[all volumes]' \
          '(-f --force)'{-f,--force}'[with the containers that have it; none of that name is fine]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:VOLUME:{_masu_output volume ls -q}' ;;
        'volume prune') _arguments -S \
          '(-a --all)'{-a,--all}'[those with a name of their own too]' \
          '(-f --force)'{-f,--force}'[do not ask]' \
          '*--filter=[those alone\: label=, label!=, until=24h]:FILTER: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'secret create') _arguments -S \
          '(-d --driver)'{-d,--driver=}'[file (the default and the only one)]:DRIVER:(file)' \
          '--env[FILE is the name of a variable, which has the secret]' \
          '*'{-l,--label=}'[a label]:NAME\[=VALUE\]: ' \
          '--replace[in the place of one of that name]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:NAME: ' \
          '2:FILE:_files' ;;
        'secret ls') _arguments -S \
          '(-q --quiet)'{-q,--quiet}'[print ids alone]' \
          '(-n --noheading)'{-n,--noheading}'[no heading]' \
          '*'{-f,--filter=}'[those alone\: name=, id=]:FILTER: ' \
          '--format=[json, or a template\: {{.ID}} {{.Spec.Name}}]:TEMPLATE: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'secret inspect') _arguments -S \
          '(-f --format)'{-f,--format=}'[print this for each\: {{.Spec.Name}}]:TEMPLATE: ' \
          '--showsecret[with what is secret, as SecretData]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:SECRET:{_masu_output secret ls -q}' ;;
        'secret rm') _arguments -S \
          '(-a --all)'{-a,--all}'[all secrets]' \
          '(-i --ignore)'{-i,--ignore}'[none of that name is fine]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:SECRET:{_masu_output secret ls -q}' ;;
        port) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a --format {{.Names}}}' \
          '2::PORT\[/PROTOCOL\]: ' ;;
        'network create') _arguments -S \
          '(-d --driver)'{-d,--driver=}'[bridge (the default), or macvlan on an interface of the host]:DRIVER:(bridge macvlan)' \
          '*--subnet=[10.5.0.0/24; a free one by default]:SUBNET: ' \
          '*--gateway=[of a subnet; its first address by default]:ADDRESS: ' \
          '*--ip-range=[the part of a subnet that containers get]:SUBNET: ' \
          '--internal[without a way out]' \
          '--ipv6[with a subnet of IPv6 too]' \
          '*'{-o,--opt=}'[mtu=1400, isolate=true, vlan=N; parent=eth0 of macvlan]:NAME=VALUE: ' \
          '*--label=[a label]:NAME\[=VALUE\]: ' \
          '--interface-name=[of the bridge; masu<N> by default]:NAME: ' \
          '--disable-dns[without a name server for containers'\'' names]' \
          '*--dns=[what the name server asks]:ADDRESS: ' \
          '--ignore[fine if it is there already]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1::NAME: ' ;;
        'network ls') _arguments -S \
          '(-q --quiet)'{-q,--quiet}'[print names alone]' \
          '--no-trunc[print ids in full]' \
          '*'{-f,--filter=}'[those with name=, id=, driver=, label=NAME\[=VALUE\]]:NAME=VALUE: ' \
          '--format=[json, or a template for each\: {{.name}} {{.driver}}]:TEMPLATE: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'network inspect') _arguments -S \
          '(-f --format)'{-f,--format=}'[print this for each\: {{.driver}}, {{json .subnets}}]:TEMPLATE: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:NETWORK:{_masu_output network ls -q}' ;;
        'network rm') _arguments -S \
          '(-f --force)'{-f,--force}'[with the containers that are in it]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:NETWORK:{_masu_output network ls -q}' ;;
        'network prune') _arguments -S \
          '(-f --force)'{-f,--force}'[do not ask]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'network connect') _arguments -S \
          '--ip=[its address there]:ADDRESS: ' \
          '--ip6=[its address of IPv6 there]:ADDRESS: ' \
          '--mac-address=[the MAC address of its interface]:MAC: ' \
          '*--alias=[another name of it there]:NAME: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:NETWORK:{_masu_output network ls -q}' \
          '2:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
        'network disconnect') _arguments -S \
          '(-f --force)'{-f,--force}'[fine if it is not in there]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:NETWORK:{_masu_output network ls -q}' \
          '2:CONTAINER:{_masu_output ls -a --format {{.Names}}}' ;;
      esac ;;
  esac
}

if [[ $funcstack[1] == _masu ]]; then
  _masu "$@"
else
  compdef _masu masu
fi
