//! Which targets are reached without a proxy.

use std::net::IpAddr;

use super::super::Target;

/// The targets that a list in the form of `NO_PROXY` names.
#[derive(Clone, Debug, Default)]
pub(super) struct Bypass {
    rules: Vec<Rule>,
}

/// One element of the list.
#[derive(Clone, Debug)]
struct Rule {
    hosts: Hosts,
    /// `None`: any.
    port: Option<u16>,
}

#[derive(Clone, Debug)]
enum Hosts {
    All,
    /// A name and the names below it.
    Domain(Box<str>),
    /// The addresses that share so many first bits.
    Network(IpAddr, u8),
}

impl Bypass {
    /// Adds the elements of `list`, which commas and white space part. What is no element names nothing.
    pub(super) fn add(&mut self, list: &str) {
        let elements = list.split(|c: char| c == ',' || c.is_ascii_whitespace());
        self.rules.extend(elements.filter_map(Rule::parse));
    }

    pub(super) fn names(&self, target: &Target) -> bool {
        self.rules.iter().any(|rule| rule.names(target))
    }
}

impl Rule {
    fn parse(element: &str) -> Option<Self> {
        let (host, port) = split_port(element)?;
        let hosts = match host {
            "*" => Hosts::All,
            _ => network(host).or_else(|| domain(host))?,
        };
        Some(Self { hosts, port })
    }

    fn names(&self, target: &Target) -> bool {
        if self.port.is_some_and(|port| port != target.port()) {
            return false;
        }
        let host = without_last_dot(target.host());
        match (&self.hosts, host.parse::<IpAddr>()) {
            (Hosts::All, _) => true,
            (Hosts::Network(network, bits), Ok(address)) => shares(*network, address.to_canonical(), *bits),
            (Hosts::Domain(name), Err(_)) => {
                host.strip_suffix(&**name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            }
            // An address is below no name, and a name is not resolved for this.
            (Hosts::Network(..), Err(_)) | (Hosts::Domain(_), Ok(_)) => false,
        }
    }
}

/// `host:port`, `[address]:port`, or one of them without the port; an IPv6 address may stand without brackets.
fn split_port(element: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match element.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
        }
        None => match element.split_once(':') {
            Some((host, port)) if !port.contains(':') => (host, Some(port)),
            _ => (element, None),
        },
    };
    let is_number = |port: &&str| port.bytes().all(|byte| byte.is_ascii_digit());
    match port {
        Some(port) => Some((host, Some(Some(port).filter(is_number)?.parse().ok()?))),
        None => Some((host, None)),
    }
}

/// An address, or a network in CIDR notation.
fn network(text: &str) -> Option<Hosts> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => {
            bits.parse().ok().filter(|bits| *bits <= width)?
        }
        Some(_) => return None,
        None => width,
    };
    Some(Hosts::Network(address, bits))
}

/// `example.com`; `.example.com` and `*.example.com` are the same.
fn domain(text: &str) -> Option<Hosts> {
    let name = text.strip_prefix('*').unwrap_or(text);
    let name = without_last_dot(name.strip_prefix('.').unwrap_or(name));
    // A network with a prefix that is none is no name either.
    let is_name = !name.is_empty() && !name.contains(['/', '*']);
    is_name.then(|| Hosts::Domain(name.to_ascii_lowercase().into_boxed_str()))
}

fn shares(network: IpAddr, address: IpAddr, bits: u8) -> bool {
    // A shift by the whole width is of no bits at all.
    match (network, address) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let differ = network.to_bits() ^ address.to_bits();
            differ.checked_shr(32_u32.saturating_sub(bits.into())).unwrap_or(0) == 0
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let differ = network.to_bits() ^ address.to_bits();
            differ.checked_shr(128_u32.saturating_sub(bits.into())).unwrap_or(0) == 0
        }
        _ => false,
    }
}

fn without_last_dot(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_names_targets() {
        let cases: [(&str, &[&str], &[&str]); 16] = [
            ("", &[], &["http://a", "http://127.0.0.1"]),
            ("*", &["http://a", "https://b:1", "http://[::1]"], &[]),
            ("a,*", &["http://b"], &[]),
            // A name and all below it, whichever way it is written.
            ("example.com", &["http://example.com", "https://a.b.Example.com:1"], &["http://badexample.com"]),
            (".example.com", &["http://example.com", "http://a.example.com"], &["http://example.org"]),
            ("*.Example.com.", &["http://example.com", "http://a.example.com."], &["http://com"]),
            ("com", &["http://example.com"], &["http://example.org"]),
            ("a, b\tc", &["http://a", "http://b", "http://c"], &["http://d"]),
            // Ports.
            ("a:81,b:443", &["http://a:81", "http://x.a:81", "https://b"], &["http://a", "http://b"]),
            ("[::1]:81,*:82", &["http://[::1]:81", "http://a:82"], &["http://[::1]", "http://a:81"]),
            // Addresses, however they are written.
            ("10.0.0.1", &["http://10.0.0.1"], &["http://10.0.0.11", "http://x.10.0.0.1.example"]),
            ("0.1", &[], &["http://10.0.0.1"]),
            ("::1,[2001:DB8:0::1]", &["http://[::1]", "http://[2001:db8::1]"], &["http://[2001:db8::2]"]),
            (
                "10.0.0.0/8,192.168.1.128/25,2001:db8::/32",
                &[
                    "http://10.255.0.1",
                    "http://192.168.1.129",
                    "http://[2001:db8:1::1]",
                    "http://[::ffff:10.0.0.1]",
                ],
                &["http://11.0.0.1", "http://192.168.1.1", "http://[2001:db9::1]", "http://name"],
            ),
            ("0.0.0.0/0", &["http://1.2.3.4"], &["http://[::1]", "http://name"]),
            // What is no element.
            (
                "10.0.0.0/33,10.0.0.0/+8,10.0.0.0/,a:x,a:+1,a:99999,[::1,:80,.,*.,**",
                &[],
                &["http://10.0.0.0", "http://a", "http://[::1]", "http://a:1", "http://x"],
            ),
        ];
        for (list, named, others) in cases {
            let mut bypass = Bypass::default();
            bypass.add(list);
            let names = |uri: &&str| bypass.names(&Target::from_uri(&uri.parse().unwrap()).unwrap());
            assert_eq!(named.iter().find(|uri| !names(uri)), None, "{list:?} names it");
            assert_eq!(others.iter().find(|uri| names(uri)), None, "{list:?} does not name it");
        }
    }
}
