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
        'stop:end containers: by a signal, and if that does not help, by SIGKILL'
        'restart:stop containers and start them again'
        'kill:send a signal to containers'
        'pause:stop the processes of containers for a while'
        'unpause:let the processes of paused containers go on'
        'wait:wait until containers have ended, and print their exit codes'
        'rm:remove containers'
        'ls:list containers, also as ps'
        'logs:print what a container has written'
        'attach:join the terminal or the output of a running container'
        'exec:run another program in a running container'
        'inspect:print all about containers or images as JSON'
        'images:list the images that are here'
        'pull:fetch images from a registry'
        'load:take images from an archive or a folder'
        'tag:give an image another name'
        'rmi:remove images, also as image rm'
        'check:check the store, and mend what was cut off; also as system check'
        'container:containers: also by the commands of one word'
        'image:images: masu image ls is masu images'
        'system:the store and this machine'
        'volume:folders that outlive containers'
      )
      _describe command commands ;;
    argument)
      local name=$line[1]
      local -a names=('run' 'create' 'start' 'stop' 'restart' 'kill' 'pause' 'unpause' 'wait' 'rm' 'ls' 'logs' 'attach' 'exec' 'inspect' 'images' 'pull' 'load' 'tag' 'rmi' 'check' 'volume create' 'volume ls' 'volume inspect' 'volume rm' 'volume prune' )
      case $name in
        container|c)
          if (( CURRENT == 2 )); then
            local -a commands=(
              'run:make a container of an image and run it'
              'create:make a container of an image, for a later start'
              'start:start containers that are created or have ended'
              'stop:end containers: by a signal, and if that does not help, by SIGKILL'
              'restart:stop containers and start them again'
              'kill:send a signal to containers'
              'pause:stop the processes of containers for a while'
              'unpause:let the processes of paused containers go on'
              'wait:wait until containers have ended, and print their exit codes'
              'rm:remove containers'
              'ls:list containers, also as ps'
              'logs:print what a container has written'
              'attach:join the terminal or the output of a running container'
              'exec:run another program in a running container'
              'inspect:print all about containers or images as JSON'
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
              'load:take images from an archive or a folder'
              'tag:give an image another name'
              'rm:remove images, also as image rm'
              'inspect:print all about containers or images as JSON'
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
        system)
          if (( CURRENT == 2 )); then
            local -a commands=(
              'check:check the store, and mend what was cut off; also as system check'
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
          '(-i --interactive)'{-i,--interactive}'[pass stdin on to the container]' \
          '(-t --tty)'{-t,--tty}'[give the container a terminal]' \
          '--rm[remove the container when it has ended]' \
          '--name=[the container'\''s name; one is found by default]:NAME: ' \
          '*'{-l,--label=}'[a label]:NAME\[=VALUE\]: ' \
          '*--annotation=[an annotation for the runtime]:NAME=VALUE: ' \
          '--restart=[no (the default), on-failure\[\:N\], always, unless-stopped]:POLICY: ' \
          '--stop-signal=[what stop sends; TERM by default]:SIGNAL: ' \
          '--stop-timeout=[after which stop kills; 10 by default]:SECONDS: ' \
          '--pull=[pull the image always, never, or when it is missing (the default)]:WHEN:(always missing never)' \
          '--platform=[of an image to be pulled, the one for this]:OS/ARCH: ' \
          '--cidfile=[write the id to this new file]:FILE:_files' \
          '*'{-e,--env=}'[set a variable; without a value, to that of the caller]:NAME\[=VALUE\]: ' \
          '*--env-file=[set the variables of a file, one a line]:FILE:_files' \
          '(-w --workdir)'{-w,--workdir=}'[where the program starts]:DIR: ' \
          '(-u --user)'{-u,--user=}'[who the program runs as; names are looked up in the container]:USER\[\:GROUP\]: ' \
          '*--group-add=[a supplementary group]:GROUP: ' \
          '--entrypoint=[instead of the image'\''s\: one word, or a JSON array]:PROGRAM: ' \
          '*'{-v,--volume=}'[bind a path of the host, or mount the volume named SRC]:\[SRC\:\]DST\[\:OPTIONS\]: ' \
          '*--mount=[mount a bind, volume, tmpfs, ramfs, devpts, image or glob\: type=bind,src=,dst=,ro]:type=…,…: ' \
          '*--tmpfs=[mount a tmpfs there]:PATH\[\:OPTIONS\]: ' \
          '*--volumes-from=[with the volumes and binds of another container]:CONTAINER\[\:ro\]: ' \
          '--image-volume=[volumes that the image wants\: anonymous (the default), tmpfs, ignore]:HOW:(anonymous bind tmpfs ignore)' \
          '--read-only[the root file system is not writable]' \
          '--read-only-tmpfs[with --read-only, /run, /tmp and /var/tmp are (the default)]' \
          '--shm-size=[the size of /dev/shm; 64m by default]:SIZE: ' \
          '(-h --hostname)'{-h,--hostname=}'[the host name in the container; its id by default]:NAME: ' \
          '--network=[none (the default), or host for the network of this machine]:MODE:(none host)' \
          '*--add-host=[an entry of /etc/hosts]:NAME\:ADDRESS: ' \
          '*--dns=[a name server, instead of the host'\''s]:ADDRESS: ' \
          '*--cap-add=[give a capability; all for all of them]:CAPABILITY: ' \
          '*--cap-drop=[take a capability; all for all of them]:CAPABILITY: ' \
          '*--security-opt=[no-new-privileges, seccomp=unconfined or seccomp=FILE]:OPTION: ' \
          '--privileged[all capabilities, no seccomp filter, nothing masked]' \
          '*--sysctl=[a kernel parameter of the container'\''s namespaces]:NAME=VALUE: ' \
          '(-m --memory)'{-m,--memory=}'[how much memory it may use\: 512m]:SIZE: ' \
          '--memory-swap=[memory and swap together; -1 for as much as there is]:SIZE: ' \
          '--cpus=[how many processors it may use\: 1.5]:N: ' \
          '--cpu-shares=[its share of processor time; 1024 is the usual]:N: ' \
          '--cpuset-cpus=[the processors that it may run on\: 0-3,7]:LIST: ' \
          '--pids-limit=[how many processes it may have; -1 for no limit, 2048 by default]:N: ' \
          '*--ulimit=[a limit of setrlimit(2)\: nofile=1024\:2048]:NAME=SOFT\[\:HARD\]: ' \
          '--oom-score-adj=[-1000 to 1000\: how soon it is killed for want of memory]:N: ' \
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
          '--pull=[pull the image always, never, or when it is missing (the default)]:WHEN:(always missing never)' \
          '--platform=[of an image to be pulled, the one for this]:OS/ARCH: ' \
          '--cidfile=[write the id to this new file]:FILE:_files' \
          '*'{-e,--env=}'[set a variable; without a value, to that of the caller]:NAME\[=VALUE\]: ' \
          '*--env-file=[set the variables of a file, one a line]:FILE:_files' \
          '(-w --workdir)'{-w,--workdir=}'[where the program starts]:DIR: ' \
          '(-u --user)'{-u,--user=}'[who the program runs as; names are looked up in the container]:USER\[\:GROUP\]: ' \
          '*--group-add=[a supplementary group]:GROUP: ' \
          '--entrypoint=[instead of the image'\''s\: one word, or a JSON array]:PROGRAM: ' \
          '*'{-v,--volume=}'[bind a path of the host, or mount the volume named SRC]:\[SRC\:\]DST\[\:OPTIONS\]: ' \
          '*--mount=[mount a bind, volume, tmpfs, ramfs, devpts, image or glob\: type=bind,src=,dst=,ro]:type=…,…: ' \
          '*--tmpfs=[mount a tmpfs there]:PATH\[\:OPTIONS\]: ' \
          '*--volumes-from=[with the volumes and binds of another container]:CONTAINER\[\:ro\]: ' \
          '--image-volume=[volumes that the image wants\: anonymous (the default), tmpfs, ignore]:HOW:(anonymous bind tmpfs ignore)' \
          '--read-only[the root file system is not writable]' \
          '--read-only-tmpfs[with --read-only, /run, /tmp and /var/tmp are (the default)]' \
          '--shm-size=[the size of /dev/shm; 64m by default]:SIZE: ' \
          '(-h --hostname)'{-h,--hostname=}'[the host name in the container; its id by default]:NAME: ' \
          '--network=[none (the default), or host for the network of this machine]:MODE:(none host)' \
          '*--add-host=[an entry of /etc/hosts]:NAME\:ADDRESS: ' \
          '*--dns=[a name server, instead of the host'\''s]:ADDRESS: ' \
          '*--cap-add=[give a capability; all for all of them]:CAPABILITY: ' \
          '*--cap-drop=[take a capability; all for all of them]:CAPABILITY: ' \
          '*--security-opt=[no-new-privileges, seccomp=unconfined or seccomp=FILE]:OPTION: ' \
          '--privileged[all capabilities, no seccomp filter, nothing masked]' \
          '*--sysctl=[a kernel parameter of the container'\''s namespaces]:NAME=VALUE: ' \
          '(-m --memory)'{-m,--memory=}'[how much memory it may use\: 512m]:SIZE: ' \
          '--memory-swap=[memory and swap together; -1 for as much as there is]:SIZE: ' \
          '--cpus=[how many processors it may use\: 1.5]:N: ' \
          '--cpu-shares=[its share of processor time; 1024 is the usual]:N: ' \
          '--cpuset-cpus=[the processors that it may run on\: 0-3,7]:LIST: ' \
          '--pids-limit=[how many processes it may have; -1 for no limit, 2048 by default]:N: ' \
          '*--ulimit=[a limit of setrlimit(2)\: nofile=1024\:2048]:NAME=SOFT\[\:HARD\]: ' \
          '--oom-score-adj=[-1000 to 1000\: how soon it is killed for want of memory]:N: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:IMAGE:{_masu_output images -q}' \
          '*:COMMAND: ' ;;
        start) _arguments -S \
          '(-a --attach)'{-a,--attach}'[stay with it; the exit code is its own]' \
          '(-i --interactive)'{-i,--interactive}'[stay with it, and pass stdin on]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a -q}' ;;
        stop) _arguments -S \
          '(-a --all)'{-a,--all}'[all containers]' \
          '(-t --time)'{-t,--time=}'[how long to wait before it is killed; as --stop-timeout said, or 10]:SECONDS: ' \
          '(-s --signal)'{-s,--signal=}'[instead of what the image or --stop-signal say]:SIGNAL: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a -q}' ;;
        restart) _arguments -S \
          '(-a --all)'{-a,--all}'[all containers]' \
          '(-t --time)'{-t,--time=}'[how long to wait before it is killed; as --stop-timeout said, or 10]:SECONDS: ' \
          '(-s --signal)'{-s,--signal=}'[what ends it]:SIGNAL: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a -q}' ;;
        kill) _arguments -S \
          '(-s --signal)'{-s,--signal=}'[KILL by default\: a name or a number]:SIGNAL: ' \
          '(-a --all)'{-a,--all}'[all containers]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a -q}' ;;
        pause) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a -q}' ;;
        unpause) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a -q}' ;;
        wait) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a -q}' ;;
        rm) _arguments -S \
          '(-f --force)'{-f,--force}'[kill it if it runs; none of that name is fine]' \
          '(-a --all)'{-a,--all}'[all containers]' \
          '(-v --volumes)'{-v,--volumes}'[with the anonymous volumes, as after --rm]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:CONTAINER:{_masu_output ls -a -q}' ;;
        ls) _arguments -S \
          '(-a --all)'{-a,--all}'[those too that do not run]' \
          '(-q --quiet)'{-q,--quiet}'[print ids alone]' \
          '--no-trunc[print ids and commands in full]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        logs) _arguments -S \
          '(-f --follow)'{-f,--follow}'[go on as long as the container does]' \
          '(-t --timestamps)'{-t,--timestamps}'[the time before each line]' \
          '(-n --tail)'{-n,--tail=}'[the last so many lines alone]:N: ' \
          '--since=[from then on\: 2026-11-22T10\:00\:00Z, or 10m for ten minutes ago]:TIME: ' \
          '--until=[before then]:TIME: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a -q}' ;;
        attach) _arguments -S \
          '--no-stdin[do not pass stdin on]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a -q}' ;;
        exec) _arguments -S -A '-*' \
          '(-d --detach)'{-d,--detach}'[leave it running]' \
          '(-i --interactive)'{-i,--interactive}'[pass stdin on]' \
          '(-t --tty)'{-t,--tty}'[give it a terminal]' \
          '*'{-e,--env=}'[set a variable]:NAME=VALUE: ' \
          '(-u --user)'{-u,--user=}'[who runs it; as the container by default]:USER\[\:GROUP\]: ' \
          '(-w --workdir)'{-w,--workdir=}'[where it starts]:DIR: ' \
          '--privileged[with all capabilities]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:CONTAINER:{_masu_output ls -a -q}' \
          '*:COMMAND: ' ;;
        inspect) _arguments -S \
          '(-f --format)'{-f,--format=}'[print this for each\: {{.State.Status}}, {{json .Config}}]:TEMPLATE: ' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:OBJECT:{_masu_output ls -a -q}' ;;
        images) _arguments -S \
          '(-q --quiet)'{-q,--quiet}'[print ids alone]' \
          '--no-trunc[print ids in full]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        pull) _arguments -S \
          '--platform=[of an image for several platforms, the one for this; the host'\''s by default]:OS/ARCH: ' \
          '(-q --quiet)'{-q,--quiet}'[print the result alone]' \
          '--authfile=[credentials, as docker and podman keep them]:FILE:_files' \
          '--creds=[credentials for the registry; other users can see them in the process list]:USER\:PASSWORD: ' \
          '--tls-verify[as it is by default; --tls-verify=false takes any certificate, and http]' \
          '--cert-dir=[certificates of authorities (*.crt), and our own (*.cert with *.key)]:DIR:_files -/' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:IMAGE: ' ;;
        load) _arguments -S \
          '(-i --input)'{-i,--input=}'[an archive, or the folder of an OCI layout; stdin by default]:PATH:_files' \
          '--platform=[of an image for several platforms, the one for this; the host'\''s by default]:OS/ARCH: ' \
          '(-q --quiet)'{-q,--quiet}'[print the result alone]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        tag) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '1:IMAGE:{_masu_output images -q}' \
          '2:NAME: ' ;;
        rmi) _arguments -S \
          '(-f --force)'{-f,--force}'[also the image of a container, whose layers stay until that is removed]' \
          '(-h --help)'{-h,--help}'[print this help and exit]' \
          '*:IMAGE:{_masu_output images -q}' ;;
        check) _arguments -S \
          '(-h --help)'{-h,--help}'[print this help and exit]' ;;
        'volume create') _arguments -S \
          '(-d --driver)'{-d,--driver=}'[local (the default and the only one)]:DRIVER:(local)' \
          '*--label=[a label]:NAME\[=VALUE\]: ' \
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
      esac ;;
  esac
}

if [[ $funcstack[1] == _masu ]]; then
  _masu "$@"
else
  compdef _masu masu
fi
