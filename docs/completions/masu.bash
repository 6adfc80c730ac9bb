# bash completion for masu, made by `masu completion bash`.
_masu() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  local command='' at=0 nth=0 i word words=''
  local values=' --root --state --runtime --storage-driver --log-level '
  local groups=' container c image i generate network system volume ' names='|container|c|image|i|generate|network|system|volume|run|create|start|stop|restart|kill|pause|unpause|wait|rm|ls|logs|attach|exec|inspect|top|stats|diff|cp|export|rename|update|events|container prune|container exists|info|version|generate systemd|system df|system prune|system reset|image exists|images|pull|push|load|save|import|tag|untag|rmi|history|image prune|login|logout|check|doctor|volume create|volume ls|volume inspect|volume rm|volume prune|port|network create|network ls|network inspect|network rm|network prune|network connect|network disconnect|'
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $values == *" $word "* ]]; then
      [[ ${COMP_WORDS[i+1]} == = ]] && ((i++))
      ((i++))
    elif [[ $word == -* ]]; then
      continue
    elif [[ -z $command || $groups == *" $command "* ]]; then
      case $command in
        c) command=container ;;
        i) command=image ;;
      esac
      command=${command:+$command }$word
      ((at)) || at=$i
      case $command in
        'image ls') command=images ;;
        'image rm') command=rmi ;;
      esac
      [[ $names == *"|$command|"* ]] || command=$word
      case $command in
        run) values=' --name -l --label --annotation --restart --stop-signal --stop-timeout --pull --platform --cidfile -e --env --env-file -w --workdir -u --user --group-add --entrypoint -v --volume --mount --tmpfs --volumes-from --image-volume --shm-size -p --publish --expose -h --hostname --network --ip --ip6 --mac-address --network-alias --add-host --dns --dns-search --dns-option --cap-add --cap-drop --security-opt --sysctl -m --memory --memory-swap --cpus --cpu-shares --cpuset-cpus --pids-limit --ulimit --oom-score-adj ' ;;
        create) values=' --name -l --label --annotation --restart --stop-signal --stop-timeout --pull --platform --cidfile -e --env --env-file -w --workdir -u --user --group-add --entrypoint -v --volume --mount --tmpfs --volumes-from --image-volume --shm-size -p --publish --expose -h --hostname --network --ip --ip6 --mac-address --network-alias --add-host --dns --dns-search --dns-option --cap-add --cap-drop --security-opt --sysctl -m --memory --memory-swap --cpus --cpu-shares --cpuset-cpus --pids-limit --ulimit --oom-score-adj ' ;;
        start) values=' --detach-keys -f --filter ' ;;
        stop) values=' -t --time -s --signal -f --filter --cidfile ' ;;
        restart) values=' -t --time -s --signal -f --filter --cidfile ' ;;
        kill) values=' -s --signal --cidfile ' ;;
        pause) values=' -f --filter ' ;;
        unpause) values=' -f --filter ' ;;
        wait) values=' --condition -i --interval ' ;;
        rm) values=' -t --time --filter --cidfile ' ;;
        ls) values=' -f --filter --format -n --last --sort ' ;;
        logs) values=' -n --tail --since --until ' ;;
        attach) values=' --detach-keys ' ;;
        exec) values=' -e --env -u --user -w --workdir --detach-keys --env-file ' ;;
        inspect) values=' -f --format -t --type ' ;;
        top) values=' ' ;;
        stats) values=' --format -i --interval ' ;;
        diff) values=' --format ' ;;
        cp) values=' ' ;;
        export) values=' -o --output ' ;;
        rename) values=' ' ;;
        update) values=' -m --memory --memory-swap --cpus --cpu-shares --cpuset-cpus --pids-limit --restart ' ;;
        events) values=' --since --until -f --filter --format ' ;;
        'container prune') values=' --filter ' ;;
        'container exists') values=' ' ;;
        info) values=' -f --format ' ;;
        version) values=' -f --format ' ;;
        'generate systemd') values=' --restart-policy -t --time ' ;;
        'system df') values=' --format ' ;;
        'system prune') values=' --filter ' ;;
        'system reset') values=' ' ;;
        'image exists') values=' ' ;;
        images) values=' -f --filter --format --sort ' ;;
        pull) values=' --platform --os --arch --variant --policy --authfile --creds --cert-dir --retry --retry-delay ' ;;
        push) values=' --authfile --creds --cert-dir --digestfile -f --format --compression-format --compression-level --retry --retry-delay ' ;;
        load) values=' -i --input --platform ' ;;
        save) values=' -o --output --format ' ;;
        import) values=' -c --change -m --message --platform ' ;;
        tag) values=' ' ;;
        untag) values=' ' ;;
        rmi) values=' ' ;;
        history) values=' --format ' ;;
        'image prune') values=' --filter ' ;;
        login) values=' -u --username -p --password --authfile --cert-dir ' ;;
        logout) values=' --authfile ' ;;
        check) values=' ' ;;
        doctor) values=' -f --format ' ;;
        'volume create') values=' -d --driver --label -o --opt ' ;;
        'volume ls') values=' -f --filter --format ' ;;
        'volume inspect') values=' -f --format ' ;;
        'volume rm') values=' ' ;;
        'volume prune') values=' --filter ' ;;
        port) values=' ' ;;
        'network create') values=' -d --driver --subnet --gateway --ip-range -o --opt --label --interface-name --dns ' ;;
        'network ls') values=' -f --filter --format ' ;;
        'network inspect') values=' -f --format ' ;;
        'network rm') values=' ' ;;
        'network prune') values=' ' ;;
        'network connect') values=' --ip --ip6 --mac-address --alias ' ;;
        'network disconnect') values=' ' ;;
        container|c) values=' ' ;;
        image|i) values=' ' ;;
        generate) values=' ' ;;
        network) values=' ' ;;
        system) values=' ' ;;
        volume) values=' ' ;;
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
    :--root) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    :--state) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    :--runtime) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    :--storage-driver) mapfile -t COMPREPLY < <(compgen -W 'overlay fuse-overlayfs vfs' -- "$cur"); return ;;
    :--log-level) mapfile -t COMPREPLY < <(compgen -W 'error warning info debug trace' -- "$cur"); return ;;
    run:--name) return ;;
    run:--label|run:-l) return ;;
    run:--annotation) return ;;
    run:--restart) return ;;
    run:--stop-signal) return ;;
    run:--stop-timeout) return ;;
    run:--pull) mapfile -t COMPREPLY < <(compgen -W 'always missing newer never' -- "$cur"); return ;;
    run:--platform) return ;;
    run:--cidfile) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    run:--env|run:-e) return ;;
    run:--env-file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    run:--workdir|run:-w) return ;;
    run:--user|run:-u) return ;;
    run:--group-add) return ;;
    run:--entrypoint) return ;;
    run:--volume|run:-v) return ;;
    run:--mount) return ;;
    run:--tmpfs) return ;;
    run:--volumes-from) return ;;
    run:--image-volume) mapfile -t COMPREPLY < <(compgen -W 'anonymous bind tmpfs ignore' -- "$cur"); return ;;
    run:--shm-size) return ;;
    run:--publish|run:-p) return ;;
    run:--expose) return ;;
    run:--hostname|run:-h) return ;;
    run:--network) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" network ls -q 2>/dev/null)" -- "$cur"); return ;;
    run:--ip) return ;;
    run:--ip6) return ;;
    run:--mac-address) return ;;
    run:--network-alias) return ;;
    run:--add-host) return ;;
    run:--dns) return ;;
    run:--dns-search) return ;;
    run:--dns-option) return ;;
    run:--cap-add) return ;;
    run:--cap-drop) return ;;
    run:--security-opt) return ;;
    run:--sysctl) return ;;
    run:--memory|run:-m) return ;;
    run:--memory-swap) return ;;
    run:--cpus) return ;;
    run:--cpu-shares) return ;;
    run:--cpuset-cpus) return ;;
    run:--pids-limit) return ;;
    run:--ulimit) return ;;
    run:--oom-score-adj) return ;;
    create:--name) return ;;
    create:--label|create:-l) return ;;
    create:--annotation) return ;;
    create:--restart) return ;;
    create:--stop-signal) return ;;
    create:--stop-timeout) return ;;
    create:--pull) mapfile -t COMPREPLY < <(compgen -W 'always missing newer never' -- "$cur"); return ;;
    create:--platform) return ;;
    create:--cidfile) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    create:--env|create:-e) return ;;
    create:--env-file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    create:--workdir|create:-w) return ;;
    create:--user|create:-u) return ;;
    create:--group-add) return ;;
    create:--entrypoint) return ;;
    create:--volume|create:-v) return ;;
    create:--mount) return ;;
    create:--tmpfs) return ;;
    create:--volumes-from) return ;;
    create:--image-volume) mapfile -t COMPREPLY < <(compgen -W 'anonymous bind tmpfs ignore' -- "$cur"); return ;;
    create:--shm-size) return ;;
    create:--publish|create:-p) return ;;
    create:--expose) return ;;
    create:--hostname|create:-h) return ;;
    create:--network) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" network ls -q 2>/dev/null)" -- "$cur"); return ;;
    create:--ip) return ;;
    create:--ip6) return ;;
    create:--mac-address) return ;;
    create:--network-alias) return ;;
    create:--add-host) return ;;
    create:--dns) return ;;
    create:--dns-search) return ;;
    create:--dns-option) return ;;
    create:--cap-add) return ;;
    create:--cap-drop) return ;;
    create:--security-opt) return ;;
    create:--sysctl) return ;;
    create:--memory|create:-m) return ;;
    create:--memory-swap) return ;;
    create:--cpus) return ;;
    create:--cpu-shares) return ;;
    create:--cpuset-cpus) return ;;
    create:--pids-limit) return ;;
    create:--ulimit) return ;;
    create:--oom-score-adj) return ;;
    start:--detach-keys) return ;;
    start:--filter|start:-f) return ;;
    stop:--time|stop:-t) return ;;
    stop:--signal|stop:-s) return ;;
    stop:--filter|stop:-f) return ;;
    stop:--cidfile) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    restart:--time|restart:-t) return ;;
    restart:--signal|restart:-s) return ;;
    restart:--filter|restart:-f) return ;;
    restart:--cidfile) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    kill:--signal|kill:-s) return ;;
    kill:--cidfile) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    pause:--filter|pause:-f) return ;;
    unpause:--filter|unpause:-f) return ;;
    wait:--condition) mapfile -t COMPREPLY < <(compgen -W 'stopped exited not-running next-exit removed running created paused healthy unhealthy' -- "$cur"); return ;;
    wait:--interval|wait:-i) return ;;
    rm:--time|rm:-t) return ;;
    rm:--filter) return ;;
    rm:--cidfile) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    ls:--filter|ls:-f) return ;;
    ls:--format) return ;;
    ls:--last|ls:-n) return ;;
    ls:--sort) mapfile -t COMPREPLY < <(compgen -W 'created id image names status size command' -- "$cur"); return ;;
    logs:--tail|logs:-n) return ;;
    logs:--since) return ;;
    logs:--until) return ;;
    attach:--detach-keys) return ;;
    exec:--env|exec:-e) return ;;
    exec:--user|exec:-u) return ;;
    exec:--workdir|exec:-w) return ;;
    exec:--detach-keys) return ;;
    exec:--env-file) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    inspect:--format|inspect:-f) return ;;
    inspect:--type|inspect:-t) mapfile -t COMPREPLY < <(compgen -W 'all container image' -- "$cur"); return ;;
    stats:--format) return ;;
    stats:--interval|stats:-i) return ;;
    diff:--format) mapfile -t COMPREPLY < <(compgen -W 'json' -- "$cur"); return ;;
    export:--output|export:-o) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    update:--memory|update:-m) return ;;
    update:--memory-swap) return ;;
    update:--cpus) return ;;
    update:--cpu-shares) return ;;
    update:--cpuset-cpus) return ;;
    update:--pids-limit) return ;;
    update:--restart) return ;;
    events:--since) return ;;
    events:--until) return ;;
    events:--filter|events:-f) return ;;
    events:--format) return ;;
    'container prune':--filter) return ;;
    info:--format|info:-f) return ;;
    version:--format|version:-f) return ;;
    'generate systemd':--restart-policy) mapfile -t COMPREPLY < <(compgen -W 'no on-success on-failure on-abnormal on-watchdog on-abort always' -- "$cur"); return ;;
    'generate systemd':--time|'generate systemd':-t) return ;;
    'system df':--format) return ;;
    'system prune':--filter) return ;;
    images:--filter|images:-f) return ;;
    images:--format) return ;;
    images:--sort) mapfile -t COMPREPLY < <(compgen -W 'repository tag id created size' -- "$cur"); return ;;
    pull:--platform) return ;;
    pull:--os) return ;;
    pull:--arch) return ;;
    pull:--variant) return ;;
    pull:--policy) mapfile -t COMPREPLY < <(compgen -W 'always missing newer never' -- "$cur"); return ;;
    pull:--authfile) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    pull:--creds) return ;;
    pull:--cert-dir) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    pull:--retry) return ;;
    pull:--retry-delay) return ;;
    push:--authfile) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    push:--creds) return ;;
    push:--cert-dir) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    push:--digestfile) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    push:--format|push:-f) mapfile -t COMPREPLY < <(compgen -W 'oci v2s2' -- "$cur"); return ;;
    push:--compression-format) mapfile -t COMPREPLY < <(compgen -W 'gzip zstd' -- "$cur"); return ;;
    push:--compression-level) return ;;
    push:--retry) return ;;
    push:--retry-delay) return ;;
    load:--input|load:-i) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    load:--platform) return ;;
    save:--output|save:-o) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    save:--format) mapfile -t COMPREPLY < <(compgen -W 'docker-archive oci-archive oci-dir docker-dir' -- "$cur"); return ;;
    import:--change|import:-c) return ;;
    import:--message|import:-m) return ;;
    import:--platform) return ;;
    history:--format) return ;;
    'image prune':--filter) return ;;
    login:--username|login:-u) return ;;
    login:--password|login:-p) return ;;
    login:--authfile) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    login:--cert-dir) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur"); return ;;
    logout:--authfile) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    doctor:--format|doctor:-f) mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$cur"); return ;;
    'volume create':--driver|'volume create':-d) mapfile -t COMPREPLY < <(compgen -W 'local' -- "$cur"); return ;;
    'volume create':--label) return ;;
    'volume create':--opt|'volume create':-o) return ;;
    'volume ls':--filter|'volume ls':-f) return ;;
    'volume ls':--format) return ;;
    'volume inspect':--format|'volume inspect':-f) return ;;
    'volume prune':--filter) return ;;
    'network create':--driver|'network create':-d) mapfile -t COMPREPLY < <(compgen -W 'bridge macvlan' -- "$cur"); return ;;
    'network create':--subnet) return ;;
    'network create':--gateway) return ;;
    'network create':--ip-range) return ;;
    'network create':--opt|'network create':-o) return ;;
    'network create':--label) return ;;
    'network create':--interface-name) return ;;
    'network create':--dns) return ;;
    'network ls':--filter|'network ls':-f) return ;;
    'network ls':--format) return ;;
    'network inspect':--format|'network inspect':-f) return ;;
    'network connect':--ip) return ;;
    'network connect':--ip6) return ;;
    'network connect':--mac-address) return ;;
    'network connect':--alias) return ;;
  esac
  if [[ $cur == -* ]]; then
    case $command in
      '') words='--root --state --runtime --storage-driver --log-level --version --help' ;;
      run) ((nth == 0)) && words='--detach --interactive --tty --rm --name --label --annotation --restart --stop-signal --stop-timeout --pull --platform --cidfile --env --env-file --workdir --user --group-add --entrypoint --volume --mount --tmpfs --volumes-from --image-volume --read-only --read-only-tmpfs --shm-size --publish --publish-all --expose --hostname --network --ip --ip6 --mac-address --network-alias --add-host --no-hosts --dns --dns-search --dns-option --cap-add --cap-drop --security-opt --privileged --sysctl --memory --memory-swap --cpus --cpu-shares --cpuset-cpus --pids-limit --ulimit --oom-score-adj --help' ;;
      create) ((nth == 0)) && words='--interactive --tty --rm --name --label --annotation --restart --stop-signal --stop-timeout --pull --platform --cidfile --env --env-file --workdir --user --group-add --entrypoint --volume --mount --tmpfs --volumes-from --image-volume --read-only --read-only-tmpfs --shm-size --publish --publish-all --expose --hostname --network --ip --ip6 --mac-address --network-alias --add-host --no-hosts --dns --dns-search --dns-option --cap-add --cap-drop --security-opt --privileged --sysctl --memory --memory-swap --cpus --cpu-shares --cpuset-cpus --pids-limit --ulimit --oom-score-adj --help' ;;
      start) words='--attach --interactive --detach-keys --sig-proxy --all --filter --latest --help' ;;
      stop) words='--time --signal --all --filter --ignore --latest --cidfile --help' ;;
      restart) words='--time --signal --all --running --filter --latest --cidfile --help' ;;
      kill) words='--signal --all --cidfile --latest --help' ;;
      pause) words='--all --filter --help' ;;
      unpause) words='--all --filter --help' ;;
      wait) words='--condition --interval --ignore --latest --exit-first-match --help' ;;
      rm) words='--force --all --volumes --time --filter --ignore --latest --cidfile --help' ;;
      ls) words='--all --quiet --filter --format --no-trunc --last --latest --size --sort --noheading --help' ;;
      logs) words='--follow --tail --timestamps --since --until --names --color --details --latest --help' ;;
      attach) words='--no-stdin --detach-keys --sig-proxy --help' ;;
      exec) ((nth == 0)) && words='--detach --interactive --tty --env --user --workdir --privileged --detach-keys --env-file --help' ;;
      inspect) words='--format --type --size --help' ;;
      top) ((nth == 0)) && words='--help' ;;
      stats) words='--all --no-stream --format --interval --no-reset --no-trunc --latest --help' ;;
      diff) words='--format --help' ;;
      cp) words='--archive --follow-link --overwrite --quiet --help' ;;
      export) words='--output --help' ;;
      rename) words='--help' ;;
      update) words='--memory --memory-swap --cpus --cpu-shares --cpuset-cpus --pids-limit --restart --help' ;;
      events) words='--since --until --filter --format --stream --help' ;;
      'container prune') words='--force --filter --help' ;;
      'container exists') words='--help' ;;
      info) words='--format --help' ;;
      version) words='--format --help' ;;
      'generate systemd') words='--name --files --restart-policy --time --help' ;;
      'system df') words='--verbose --format --help' ;;
      'system prune') words='--all --force --filter --help' ;;
      'system reset') words='--force --help' ;;
      'image exists') words='--help' ;;
      images) words='--all --quiet --no-trunc --digests --filter --format --sort --noheading --help' ;;
      pull) words='--platform --os --arch --variant --all-tags --policy --quiet --authfile --creds --tls-verify --cert-dir --retry --retry-delay --help' ;;
      push) words='--quiet --authfile --creds --tls-verify --cert-dir --digestfile --format --compression-format --compression-level --force-compression --retry --retry-delay --help' ;;
      load) words='--input --platform --quiet --help' ;;
      save) words='--output --format --multi-image-archive --quiet --help' ;;
      import) words='--change --message --platform --quiet --help' ;;
      tag) words='--help' ;;
      untag) words='--help' ;;
      rmi) words='--force --help' ;;
      history) words='--quiet --no-trunc --human --format --help' ;;
      'image prune') words='--all --force --filter --help' ;;
      login) words='--username --password --password-stdin --get-login --authfile --tls-verify --cert-dir --help' ;;
      logout) words='--all --authfile --help' ;;
      check) words='--help' ;;
      doctor) words='--format --help' ;;
      'volume create') words='--driver --label --opt --ignore --help' ;;
      'volume ls') words='--quiet --filter --format --noheading --help' ;;
      'volume inspect') words='--all --format --help' ;;
      'volume rm') words='--all --force --help' ;;
      'volume prune') words='--all --force --filter --help' ;;
      port) words='--help' ;;
      'network create') words='--driver --subnet --gateway --ip-range --internal --ipv6 --opt --label --interface-name --disable-dns --dns --ignore --help' ;;
      'network ls') words='--quiet --no-trunc --filter --format --help' ;;
      'network inspect') words='--format --help' ;;
      'network rm') words='--force --help' ;;
      'network prune') words='--force --help' ;;
      'network connect') words='--ip --ip6 --mac-address --alias --help' ;;
      'network disconnect') words='--force --help' ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
    return
  fi
  case $command:$nth in
    :*) mapfile -t COMPREPLY < <(compgen -W 'run create start stop restart kill pause unpause wait rm ls logs attach exec inspect top stats diff cp export rename update events info version images pull push load save import tag untag rmi history login logout check doctor port container image generate network system volume' -- "$cur"); ;;
    container:*|c:*) mapfile -t COMPREPLY < <(compgen -W 'run create start stop restart kill pause unpause wait rm ls logs attach exec inspect top stats diff cp export rename update port prune exists' -- "$cur"); ;;
    image:*|i:*) mapfile -t COMPREPLY < <(compgen -W 'ls pull push load save import tag untag rm history inspect exists prune' -- "$cur"); ;;
    generate:*) mapfile -t COMPREPLY < <(compgen -W 'systemd' -- "$cur"); ;;
    network:*) mapfile -t COMPREPLY < <(compgen -W 'create ls inspect rm prune connect disconnect' -- "$cur"); ;;
    system:*) mapfile -t COMPREPLY < <(compgen -W 'check doctor events info df prune reset' -- "$cur"); ;;
    volume:*) mapfile -t COMPREPLY < <(compgen -W 'create ls inspect rm prune' -- "$cur"); ;;
    run:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" images -q 2>/dev/null)" -- "$cur"); ;;
    create:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" images -q 2>/dev/null)" -- "$cur"); ;;
    start:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    stop:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    restart:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    kill:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    pause:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    unpause:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    wait:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    rm:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    logs:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    attach:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    exec:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    inspect:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    top:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    stats:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    diff:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    cp:0) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); ;;
    cp:1) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); ;;
    export:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    rename:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    update:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    'container exists':0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    'generate systemd':0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    'image exists':0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" images -q 2>/dev/null)" -- "$cur"); ;;
    push:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" images -q 2>/dev/null)" -- "$cur"); ;;
    save:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" images -q 2>/dev/null)" -- "$cur"); ;;
    import:0) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); ;;
    tag:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" images -q 2>/dev/null)" -- "$cur"); ;;
    untag:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" images -q 2>/dev/null)" -- "$cur"); ;;
    rmi:*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" images -q 2>/dev/null)" -- "$cur"); ;;
    history:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" images -q 2>/dev/null)" -- "$cur"); ;;
    'volume inspect':*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" volume ls -q 2>/dev/null)" -- "$cur"); ;;
    'volume rm':*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" volume ls -q 2>/dev/null)" -- "$cur"); ;;
    port:0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    'network inspect':*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" network ls -q 2>/dev/null)" -- "$cur"); ;;
    'network rm':*) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" network ls -q 2>/dev/null)" -- "$cur"); ;;
    'network connect':0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" network ls -q 2>/dev/null)" -- "$cur"); ;;
    'network connect':1) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
    'network disconnect':0) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" network ls -q 2>/dev/null)" -- "$cur"); ;;
    'network disconnect':1) mapfile -t COMPREPLY < <(compgen -W "$("${COMP_WORDS[0]}" "${COMP_WORDS[@]:1:at-1}" ls -a --format {{.Names}} 2>/dev/null)" -- "$cur"); ;;
  esac
}
complete -F _masu masu
