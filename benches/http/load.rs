//! A light load generator: keep-alive connections over plain TCP, HTTP/1.1, that read no more of an answer than its
//! status and its length, so that the machine's time goes to the server.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;

/// Writes the request with this number into the buffer.
pub type Make = Arc<dyn Fn(u64, &mut Vec<u8>) + Send + Sync>;

/// How hard and how long.
#[derive(Clone, Copy)]
pub struct Plan {
    pub address: SocketAddr,
    pub connections: usize,
    /// Requests before the clock starts.
    pub warm: Duration,
    pub time: Duration,
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub requests: u64,
    pub seconds: f64,
    pub p50: Duration,
    pub p99: Duration,
    pub max: Duration,
    pub statuses: BTreeMap<u16, u64>,
    /// Mean length of a body, bytes.
    pub bytes: u64,
    /// The first answer that was no 2xx.
    pub refused: Option<String>,
}

impl Outcome {
    pub fn rate(&self) -> f64 {
        if self.seconds > 0.0 { self.requests as f64 / self.seconds } else { 0.0 }
    }
}

/// Runs a plan on a thread of its own.
pub fn run(plan: Plan, make: &Make) -> Outcome {
    let make = make.clone();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(tokio::task::LocalSet::new().run_until(all(plan, make)))
    });
    thread.join().unwrap()
}

async fn all(plan: Plan, make: Make) -> Outcome {
    // Never a number twice, also over several runs: it is part of idempotency keys.
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let start = Instant::now() + plan.warm;
    let end = start + plan.time;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..plan.connections {
        let make = make.clone();
        tasks.spawn_local(async move { connection(plan.address, &make, &NUMBER, start, end).await });
    }
    let mut took: Vec<u32> = Vec::new();
    let mut out = Outcome { seconds: plan.time.as_secs_f64(), ..Outcome::default() };
    let mut bytes = 0;
    while let Some(part) = tasks.join_next().await {
        let part = part.unwrap();
        took.extend(part.took);
        bytes += part.bytes;
        out.refused = out.refused.or(part.refused);
        for (status, n) in part.statuses {
            *out.statuses.entry(status).or_default() += n;
        }
    }
    took.sort_unstable();
    let at = |share: f64| {
        let index = ((took.len() as f64) * share) as usize;
        let micros = took.get(index.min(took.len().saturating_sub(1))).copied().unwrap_or(0);
        Duration::from_micros(u64::from(micros))
    };
    out.requests = took.len() as u64;
    out.bytes = bytes / out.requests.max(1);
    (out.p50, out.p99, out.max) = (at(0.5), at(0.99), at(1.0));
    out
}

#[derive(Default)]
struct Part {
    took: Vec<u32>,
    bytes: u64,
    statuses: BTreeMap<u16, u64>,
    refused: Option<String>,
}

async fn connection(
    address: SocketAddr,
    make: &Make,
    number: &AtomicU64,
    start: Instant,
    end: Instant,
) -> Part {
    let mut part = Part::default();
    let mut wire = Wire::open(address).await.unwrap();
    let mut request = Vec::new();
    loop {
        request.clear();
        make(number.fetch_add(1, Ordering::Relaxed), &mut request);
        let sent = Instant::now();
        if sent >= end {
            return part;
        }
        let answer = wire.ask(&request).await.unwrap();
        let done = Instant::now();
        if sent < start || done > end {
            continue;
        }
        part.took.push(u32::try_from((done - sent).as_micros()).unwrap_or(u32::MAX));
        part.bytes += answer.length as u64;
        *part.statuses.entry(answer.status).or_default() += 1;
        if answer.status >= 300 && part.refused.is_none() {
            part.refused = Some(wire.text());
        }
    }
}

/// Status and length of an answer.
pub struct Answer {
    pub status: u16,
    pub length: usize,
}

/// One connection.
pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
}

impl Wire {
    pub async fn open(address: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 64 << 10], filled: 0 })
    }

    /// The last answer as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.buffer[..self.filled]).into_owned()
    }

    /// Sends a request and reads the whole answer.
    pub async fn ask(&mut self, request: &[u8]) -> std::io::Result<Answer> {
        let mut rest = request;
        while !rest.is_empty() {
            match self.stream.try_write(rest) {
                Ok(n) => rest = &rest[n..],
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => self.stream.writable().await?,
                Err(e) => return Err(e),
            }
        }
        self.filled = 0;
        let mut head = None;
        loop {
            self.stream.readable().await?;
            if self.filled == self.buffer.len() {
                self.buffer.resize(self.buffer.len() * 2, 0);
            }
            match self.stream.try_read(&mut self.buffer[self.filled..]) {
                Ok(0) => return Err(std::io::ErrorKind::UnexpectedEof.into()),
                Ok(n) => self.filled += n,
                Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => continue,
                Err(e) => return Err(e),
            }
            if head.is_none() {
                head = read_head(&self.buffer[..self.filled]);
            }
            if let Some((status, begins, length)) = head
                && self.filled >= begins + length
            {
                return Ok(Answer { status, length });
            }
        }
    }
}

/// Status, where the body begins, how long it is.
fn read_head(bytes: &[u8]) -> Option<(u16, usize, usize)> {
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let status = head[9..12].parse().unwrap();
    let length = head
        .split("\r\n")
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().unwrap())
        })
        .unwrap_or(0);
    Some((status, end + 4, length))
}
