// Names of ports and protocols that people know by name, after IANA's registries.

const PORTS: Readonly<Record<number, string>> = {
  20: 'ftp-data',
  21: 'ftp',
  22: 'ssh',
  23: 'telnet',
  25: 'smtp',
  53: 'dns',
  67: 'dhcp',
  68: 'dhcp',
  69: 'tftp',
  80: 'http',
  88: 'kerberos',
  110: 'pop3',
  123: 'ntp',
  137: 'netbios',
  143: 'imap',
  161: 'snmp',
  179: 'bgp',
  389: 'ldap',
  443: 'https',
  445: 'smb',
  465: 'smtps',
  500: 'ike',
  514: 'syslog',
  546: 'dhcpv6',
  547: 'dhcpv6',
  587: 'smtp',
  636: 'ldaps',
  853: 'dns-tls',
  873: 'rsync',
  993: 'imaps',
  995: 'pop3s',
  1194: 'openvpn',
  1433: 'mssql',
  1521: 'oracle',
  1883: 'mqtt',
  2049: 'nfs',
  2379: 'etcd',
  3128: 'squid',
  3306: 'mysql',
  3389: 'rdp',
  4317: 'otlp',
  4500: 'ipsec-nat',
  4789: 'vxlan',
  5060: 'sip',
  5201: 'iperf',
  5353: 'mdns',
  5432: 'postgres',
  5672: 'amqp',
  6379: 'redis',
  6443: 'kube-api',
  8080: 'http-alt',
  8443: 'https-alt',
  9092: 'kafka',
  9200: 'elastic',
  10250: 'kubelet',
  11211: 'memcache',
  27017: 'mongodb',
  51820: 'wireguard',
};

const PROTOCOLS: Readonly<Record<number, string>> = {
  1: 'ICMP',
  2: 'IGMP',
  4: 'IPIP',
  6: 'TCP',
  17: 'UDP',
  33: 'DCCP',
  41: 'IPv6',
  47: 'GRE',
  50: 'ESP',
  51: 'AH',
  58: 'ICMP6',
  89: 'OSPF',
  112: 'VRRP',
  132: 'SCTP',
  136: 'UDPL',
};

/** `ssh` for 22, the number for ports without a name. */
export function portName(port: number): string {
  return PORTS[port] ?? String(port);
}

/** `TCP` for 6, the number for protocols without a name. */
export function protocolName(protocol: number): string {
  return PROTOCOLS[protocol] ?? String(protocol);
}

/** `10.0.0.1:https`, `[fd00::1]:443`, or the bare address where the protocol has no ports. */
export function endpointText(address: string, port: number, protocol: number): string {
  if (port === 0 || ![6, 17, 33, 132, 136].includes(protocol)) return address;
  return address.includes(':') ? `[${address}]:${portName(port)}` : `${address}:${portName(port)}`;
}
