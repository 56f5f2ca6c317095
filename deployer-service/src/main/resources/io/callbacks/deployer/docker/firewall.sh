#!/bin/sh
# What callbacks (bridge RUN) and builds (bridge BUILD) may reach: the internet and the resolvers of
# this machine, but neither private addresses nor the machine itself. Replaces its chains in one step
# and hooks them in; may be repeated at any time.
#   GATEWAY  bridge whose members may call callbacks; may be empty
#   PORT     where callbacks answer
#   INDEXES  private addresses that builds may reach all the same; may be empty
set -eu

private='0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.168.0.0/16 224.0.0.0/4 240.0.0.0/4'

resolvers() {
    while read -r key value _; do
        case "$key $value" in
            *:*) ;; # the bridges have no IPv6
            "nameserver 127."*) ;; # asked by the engine itself
            nameserver\ *) echo "$value" ;;
        esac
    done </etc/resolv.conf
}

# Most engines ask from within the network of who wants to know.
names() {
    for resolver in $(resolvers); do
        echo "-A $1 -i $2 -d $resolver -p udp --dport 53 -j RETURN"
        echo "-A $1 -i $2 -d $resolver -p tcp --dport 53 -j RETURN"
    done
}

chains() {
    echo '*filter'
    echo ':CALLBACKS-FORWARD - [0:0]'
    echo ':CALLBACKS-INPUT - [0:0]'
    for chain in CALLBACKS-FORWARD CALLBACKS-INPUT; do
        echo "-A $chain -j CALLBACKS-ALLOW"
        for bridge in "$RUN" "$BUILD"; do
            echo "-A $chain -i $bridge -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN"
            names "$chain" "$bridge"
        done
    done
    for bridge in "$RUN" "$BUILD"; do
        for addresses in $private; do
            echo "-A CALLBACKS-FORWARD -i $bridge -d $addresses -j REJECT"
        done
        echo "-A CALLBACKS-INPUT -i $bridge -j REJECT"
    done
    echo 'COMMIT'
}

ensure() {
    iptables -w 5 -C "$@" 2>/dev/null || iptables -w 5 "$add" "$@"
}

# Platforms share an engine: what one of them allows, another does not take away.
iptables -w 5 -n -L CALLBACKS-ALLOW >/dev/null 2>&1 || iptables -w 5 -N CALLBACKS-ALLOW
add=-A
for index in $INDEXES; do
    ensure CALLBACKS-ALLOW -i "$BUILD" -d "$index" -j ACCEPT
done
if [ -n "$GATEWAY" ]; then
    ensure CALLBACKS-ALLOW -i "$GATEWAY" -o "$RUN" -p tcp --dport "$PORT" -j ACCEPT
    ensure CALLBACKS-ALLOW -i "$RUN" -o "$GATEWAY" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
fi

chains | iptables-restore --noflush
add=-I
ensure DOCKER-USER -j CALLBACKS-FORWARD
ensure INPUT -j CALLBACKS-INPUT
