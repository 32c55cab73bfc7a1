//! Ports of the loopback address: whether one is free, which process uses it if not, and any free one for a test.

use std::{
    fs,
    net::{Ipv4Addr, Ipv6Addr, TcpListener},
    process::Command,
    sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{Context, Result, bail};

/// Fails if a port is taken, and says by whom and how to choose another.
pub(crate) fn expect_free(port: u16, used_by: &str, option: &str) -> Result<()> {
    if is_taken(port) {
        let holder = holder(port).map_or_else(|| "another process".to_owned(), |it| it.to_string());
        bail!(
            "port {port}, which {used_by} needs, is taken by {holder}.\nStop that, or choose another port with `{option} <port>`."
        );
    }
    Ok(())
}

/// Whether another process listens on a port.
fn is_taken(port: u16) -> bool {
    let taken = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AddrInUse => true,
        // No IPv6 on this machine, or a port below 1024: the service itself will say it better.
        _ => false,
    };
    // `localhost` is both: another process on either would be mistaken for the service.
    let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err_and(taken);
    let v6 = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).is_err_and(taken);
    v4 || v6
}

/// A port that is free now, and that no other job of this process gets. It is below those that systems give to outgoing
/// connections, so that none of these takes it before the service that it is for.
pub(crate) fn any_free() -> Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % u32::from(PORTS)).unwrap_or_default();
    (0..PORTS)
        .map(|_| FIRST_PORT + start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS)
        .find(|port| !is_taken(*port))
        .context("no free port")
}

/// The ports of tests.
const FIRST_PORT: u16 = 20_000;
const PORTS: u16 = 12_000;

/// A process that listens on a port.
struct Holder {
    pid: u32,
    command: String,
}

impl std::fmt::Display for Holder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "process {} ({})", self.pid, self.command)
    }
}

/// The process that listens on a port, where the system tells (its own processes, or all for root).
fn holder(port: u16) -> Option<Holder> {
    holder_in_proc(port).or_else(|| holder_by_lsof(port))
}

fn holder_in_proc(port: u16) -> Option<Holder> {
    let inodes: Vec<String> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .flat_map(|table| listening_inodes(&table, port))
        .map(|inode| format!("socket:[{inode}]"))
        .collect();
    if inodes.is_empty() {
        return None;
    }
    fs::read_dir("/proc").ok()?.flatten().find_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let sockets = fs::read_dir(entry.path().join("fd")).ok()?;
        let holds = sockets
            .flatten()
            .filter_map(|socket| fs::read_link(socket.path()).ok())
            .any(|link| inodes.iter().any(|inode| link.as_os_str() == inode.as_str()));
        holds.then(|| {
            let words = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
            let command = words.trim_end_matches('\0').replace('\0', " ").chars().take(80).collect();
            Holder { pid, command }
        })
    })
}

/// The sockets of `/proc/net/tcp` that listen (state 0A) on a port.
fn listening_inodes(table: &str, port: u16) -> Vec<String> {
    let suffix = format!(":{port:04X}");
    table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|fields| fields.len() > 9 && fields[1].ends_with(&suffix) && fields[3] == "0A")
        .map(|fields| fields[9].to_owned())
        .collect()
}

fn holder_by_lsof(port: u16) -> Option<Holder> {
    let address = format!("-iTCP:{port}");
    let output = Command::new("lsof").args(["-nP", &address, "-sTCP:LISTEN", "-Fpc"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let field = |mark| text.lines().find_map(|line| line.strip_prefix(mark));
    Some(Holder { pid: field('p')?.parse().ok()?, command: field('c')?.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_is_free() {
        let port = any_free().expect("a port");
        expect_free(port, "a test", "--port").expect("free");
        assert_ne!(any_free().expect("another"), port, "it is given once");
    }

    #[test]
    fn a_busy_port_names_the_port_the_process_and_the_way_out() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let text = expect_free(port, "the emulator", "--port").expect_err("taken").to_string();
        assert!(text.contains(&format!("port {port}")) && text.contains("the emulator"), "{text}");
        assert!(text.contains("`--port <port>`"), "{text}");
        if cfg!(target_os = "linux") {
            assert!(text.contains(&format!("process {}", std::process::id())), "{text}");
        }
    }

    #[test]
    fn only_listening_sockets_count() {
        let table = "  sl  local_address rem_address   st\n\
            0: 0100007F:11D6 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 111 1\n\
            1: 0100007F:11D6 0100007F:9999 01 00000000:00000000 00:00000000 00000000 0 0 222 1\n\
            2: 0100007F:11D7 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 333 1\n";
        assert_eq!(listening_inodes(table, 4566), ["111"]);
    }
}
