/** Rule sets of the shapes that other programs make, written for the lab: what counts is where they drop. */

/** A program that filters packets on a host of its own accord. */
export interface ForeignProgram {
  readonly name: string
  /** Puts its rules there, and does it anew when it is restarted or reloaded: as the program does, and whatever else stands there. */
  readonly load: string
  /** A rule that somebody adds while it runs. */
  readonly add: string
}

/** Docker with the iptables of nftables: forwards for its bridges alone, and keeps a chain for rules of others. */
export const docker: ForeignProgram = {
  name: 'Docker',
  load: `
ip link show docker0 >/dev/null 2>&1 || { ip link add docker0 type bridge; ip address add 172.17.0.1/16 dev docker0; }
for tables in iptables-nft ip6tables-nft; do $tables-restore <<'RULES'
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER - [0:0]
:DOCKER-FORWARD - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-FORWARD
-A DOCKER ! -i docker0 -o docker0 -j DROP
-A DOCKER-FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A DOCKER-FORWARD -o docker0 -j DOCKER
-A DOCKER-FORWARD -i docker0 -j ACCEPT
-A DOCKER-USER -j RETURN
COMMIT
RULES
done`,
  add: 'iptables-nft -I DOCKER-USER -s 203.0.113.9 -j DROP',
}

/** ufw with its defaults, and SSH let in: its chains hang in those of iptables, which drop what they leave over. */
export const ufw: ForeignProgram = {
  name: 'ufw',
  load: `
for tables in iptables-nft ip6tables-nft; do $tables-restore <<'RULES'
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:ufw-before-input - [0:0]
:ufw-user-input - [0:0]
:ufw-reject-input - [0:0]
-A INPUT -j ufw-before-input
-A INPUT -j ufw-reject-input
-A ufw-before-input -i lo -j ACCEPT
-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-input -m conntrack --ctstate INVALID -j DROP
-A ufw-before-input -j ufw-user-input
-A ufw-user-input -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
RULES
done`,
  add: 'iptables-nft -A ufw-user-input -p tcp --dport 8443 -j ACCEPT',
}

/** The port that `bans` forbids on the mesh's interface. */
export const forbiddenPort = 9000

/** What fail2ban makes, and what somebody wrote by hand: rules against some, on a host that lets everything else in. */
export const bans: ForeignProgram = {
  name: 'bans',
  load: `nft -f - <<'RULES'
table inet bans {
  set banned {
    type ipv4_addr
    elements = { 192.0.2.9, 192.0.2.10 }
  }
  chain input {
    type filter hook input priority filter - 1; policy accept;
    tcp dport 22 ip saddr @banned reject
    iifname "wg0" tcp dport ${forbiddenPort} drop
  }
}
RULES`,
  add: 'nft add element inet bans banned { 192.0.2.11 }',
}

/** firewalld with nftables: every interface is in a zone, and one that it wasn't told of in the strictest. */
export const firewalld: ForeignProgram = {
  name: 'firewalld',
  load: `nft -f - <<'RULES'
table inet firewalld
delete table inet firewalld
table inet firewalld {
  chain filter_INPUT {
    type filter hook input priority filter + 10; policy accept;
    ct state { established, related } accept
    iifname "lo" accept
    ct state invalid drop
    goto filter_INPUT_ZONES
  }
  chain filter_FORWARD {
    type filter hook forward priority filter + 10; policy accept;
    ct state { established, related } accept
    ct state invalid drop
    reject with icmpx admin-prohibited
  }
  chain filter_INPUT_ZONES {
    goto filter_IN_public
  }
  chain filter_IN_public {
    tcp dport 22 accept
    meta l4proto { icmp, ipv6-icmp } accept
    reject with icmpx admin-prohibited
  }
}
RULES`,
  add: 'nft insert rule inet firewalld filter_IN_public tcp dport 8443 accept',
}
