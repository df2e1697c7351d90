//! Port numbers above 1023 that mean something to somebody else.

/// Ports that something else than FTP is usually found on, whose opening would be no service to
/// anybody.
const SERVICES: &[(u16, &str)] = &[
    (1080, "SOCKS"),
    (1194, "OpenVPN"),
    (1433, "MS SQL"),
    (1434, "MS SQL"),
    (1521, "Oracle"),
    (1723, "PPTP"),
    (1883, "MQTT"),
    (2049, "NFS"),
    (2181, "ZooKeeper"),
    (2375, "Docker"),
    (2376, "Docker"),
    (2379, "etcd"),
    (2380, "etcd"),
    (3128, "Squid"),
    (3260, "iSCSI"),
    (3268, "LDAP"),
    (3269, "LDAPS"),
    (3306, "MySQL"),
    (3389, "RDP"),
    (3690, "Subversion"),
    (4369, "epmd"),
    (5060, "SIP"),
    (5061, "SIP"),
    (5432, "PostgreSQL"),
    (5672, "AMQP"),
    (5900, "VNC"),
    (5984, "CouchDB"),
    (5985, "WinRM"),
    (5986, "WinRM"),
    (6000, "X11"),
    (6379, "Redis"),
    (6443, "Kubernetes"),
    (8080, "HTTP"),
    (8443, "HTTPS"),
    (9042, "Cassandra"),
    (9092, "Kafka"),
    (9100, "printers"),
    (9200, "Elasticsearch"),
    (9300, "Elasticsearch"),
    (10000, "Webmin"),
    (10250, "kubelet"),
    (11211, "memcached"),
    (15672, "RabbitMQ"),
    (27017, "MongoDB"),
];

/// Port numbers that boxes on the way read along on, and the protocol that they take them for.
const READ_ALONG: &[(u16, u16, &str)] = &[
    (1720, 1720, "H.323"),
    (1723, 1723, "PPTP"),
    (2000, 2000, "SCCP"),
    (3389, 3389, "RDP"),
    (5060, 5061, "SIP"),
    (5900, 5900, "VNC"),
    (6566, 6566, "SANE"),
    (6665, 6669, "IRC"),
    (8554, 8554, "RTSP"),
    (10080, 10080, "Amanda"),
];

/// What is usually found on a port, if anything is.
pub fn service(port: u16) -> Option<&'static str> {
    let at = SERVICES.binary_search_by_key(&port, |(port, _)| *port).ok()?;
    SERVICES.get(at).map(|(_, name)| *name)
}

/// The services that are usually found on ports from `min` to `max`.
pub fn services(min: u16, max: u16) -> impl Iterator<Item = (u16, &'static str)> {
    SERVICES.iter().copied().filter(move |(port, _)| (min..=max).contains(port))
}

/// The protocol that boxes on the way may take this port's connections for, and meddle.
pub fn read_along(port: u16) -> Option<&'static str> {
    let (_, _, name) = READ_ALONG.iter().find(|(min, max, _)| (*min..=*max).contains(&port))?;
    Some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_sorted_and_found() {
        assert!(SERVICES.is_sorted_by_key(|(port, _)| *port));
        assert_eq!(service(3306), Some("MySQL"));
        assert_eq!(service(3307), None);
        assert_eq!(services(3300, 3400).count(), 2);
        assert_eq!(read_along(5061), Some("SIP"));
    }
}
