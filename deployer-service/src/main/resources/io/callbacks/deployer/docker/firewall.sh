#!/bin/sh
# What callbacks (bridge RUN) and builds (bridge BUILD) may reach: the internet and the resolvers of
# this machine, but neither private addresses nor the machine itself. Replaces its two chains in one
# step and hooks them in; may be repeated at any time.
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

# An engine of before 2024 asks from within the network of who wants to know.
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
    if [ -n "$GATEWAY" ]; then
        echo "-A CALLBACKS-FORWARD -i $GATEWAY -o $RUN -p tcp --dport $PORT -j ACCEPT"
        echo "-A CALLBACKS-FORWARD -i $RUN -o $GATEWAY -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
    fi
    for bridge in "$RUN" "$BUILD"; do
        echo "-A CALLBACKS-FORWARD -i $bridge -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN"
        echo "-A CALLBACKS-INPUT -i $bridge -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN"
        names CALLBACKS-FORWARD "$bridge"
        names CALLBACKS-INPUT "$bridge"
    done
    for index in $INDEXES; do
        echo "-A CALLBACKS-FORWARD -i $BUILD -d $index -j RETURN"
        echo "-A CALLBACKS-INPUT -i $BUILD -d $index -j RETURN"
    done
    for bridge in "$RUN" "$BUILD"; do
        for addresses in $private; do
            echo "-A CALLBACKS-FORWARD -i $bridge -d $addresses -j REJECT"
        done
        echo "-A CALLBACKS-INPUT -i $bridge -j REJECT"
    done
    echo 'COMMIT'
}

hook() {
    iptables -w 5 -C "$1" -j "$2" 2>/dev/null || iptables -w 5 -I "$1" -j "$2"
}

chains | iptables-restore --noflush
hook DOCKER-USER CALLBACKS-FORWARD
hook INPUT CALLBACKS-INPUT
