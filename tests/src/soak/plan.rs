//! The invocations and the faults of a soak.

use barelambda::PAYLOAD_LIMIT;

/// A fault, or an unusual event, in one invocation.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    ClosedBeforeEvent,
    ResetBeforeEvent,
    RefusedConnections,
    InHead,
    InEvent,
    AfterEvent,
    CloseOnEvent,
    InPost,
    PostForgotten,
    AfterPost,
    InReply,
    AfterReply,
    CloseOnReply,
    Gone,
    TooLarge,
    BadRequest,
    Forbidden,
    Early,
    Idle,
    Split,
}

impl Fault {
    /// All faults, in the order of their discriminants.
    pub const ALL: [Self; 20] = {
        use Fault::*;
        [
            ClosedBeforeEvent,
            ResetBeforeEvent,
            RefusedConnections,
            InHead,
            InEvent,
            AfterEvent,
            CloseOnEvent,
            InPost,
            PostForgotten,
            AfterPost,
            InReply,
            AfterReply,
            CloseOnReply,
            Gone,
            TooLarge,
            BadRequest,
            Forbidden,
            Early,
            Idle,
            Split,
        ]
    };

    /// Returns the fault's name in the report.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClosedBeforeEvent => "connection closed before the event",
            Self::ResetBeforeEvent => "connection reset before the event",
            Self::RefusedConnections => "connections refused for some milliseconds",
            Self::InHead => "connection closed or reset within the event's head",
            Self::InEvent => "connection closed or reset within the event",
            Self::AfterEvent => "connection closed after the event",
            Self::CloseOnEvent => "Connection: close with the event",
            Self::InPost => "connection closed or reset within the POST",
            Self::PostForgotten => {
                "connection closed or reset after the POST, which the server forgets"
            }
            Self::AfterPost => "connection closed or reset after the POST, which the server keeps",
            Self::InReply => "connection closed within the 202",
            Self::AfterReply => "connection closed after the 202",
            Self::CloseOnReply => "Connection: close with the 202",
            Self::Gone => "410",
            Self::TooLarge => "413",
            Self::BadRequest => "400, then another invocation",
            Self::Forbidden => "403, then another invocation",
            Self::Early => "1xx before the event",
            Self::Idle => "some idle milliseconds before the event",
            Self::Split => "event in three writes",
        }
    }

    /// Returns the status of the reply to the response.
    pub const fn status(self) -> u16 {
        match self {
            Self::Gone => 410,
            Self::TooLarge => 413,
            Self::BadRequest => 400,
            Self::Forbidden => 403,
            _ => 202,
        }
    }
}

/// An invocation. Its event is a range of the pool of random bytes.
#[derive(Debug)]
pub struct Invocation {
    pub number: u64,
    pub id: String,
    /// Empty if the server doesn't send one.
    pub invocation_id: String,
    pub len: usize,
    pub fault: Option<Fault>,
    offset: usize,
}

/// Derives everything from one seed.
pub struct Plan {
    random: u64,
    pool: Vec<u8>,
    /// The number of consecutive further faults.
    row: u32,
}

impl Plan {
    pub fn new(seed: u64) -> Self {
        // xorshift never leaves the state zero.
        let mut plan = Self {
            random: seed.max(1).wrapping_mul(0x9e37_79b9_7f4a_7c15),
            pool: Vec::new(),
            row: 0,
        };
        plan.pool = (0..PAYLOAD_LIMIT / 8 + 16).flat_map(|_| plan.next().to_le_bytes()).collect();
        plan
    }

    fn next(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random
    }

    /// Returns a random number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 11) % bound
    }

    /// Returns the invocation with this number. The first two are the largest, and each of the
    /// following has another fault, so that the process touches all its memory early.
    pub fn invocation(&mut self, number: u64) -> Invocation {
        let len = match (number, self.below(20_000)) {
            (0 | 1, _) => PAYLOAD_LIMIT,
            (_, 0) => self.below(6_000_000) as usize,
            (_, 1..500) => 2048 + self.below(62 * 1024) as usize,
            _ => self.below(600) as usize,
        };
        let fault = match number {
            0 => Some(Fault::Early),
            1 => None,
            2.. => Fault::ALL.get(number as usize - 2).copied().or_else(|| self.fault()),
        };
        // Some invocations are retries: another attempt with the same request id.
        let (attempt, has_no_invocation_id) =
            (self.below(50) == 0 && number > 0, self.below(4) == 0);
        let named = if attempt { number - 1 } else { number };
        let invocation_id = if has_no_invocation_id && !attempt {
            String::new()
        } else {
            format!("attempt-{number}")
        };
        let offset = self.below((self.pool.len() - len) as u64 + 1) as usize;
        Invocation {
            number,
            id: format!("8476a536-e9f4-11e8-9739-{named:012x}"),
            invocation_id,
            len,
            fault,
            offset,
        }
    }

    /// Returns a fault in an eighth of all cases. Faults that last milliseconds are rare.
    fn fault(&mut self) -> Option<Fault> {
        if self.below(8) > 0 {
            return None;
        }
        let fault = Fault::ALL[self.below(Fault::ALL.len() as u64) as usize];
        let one_of = match fault {
            Fault::RefusedConnections => 400,
            Fault::Idle => 100,
            _ => 1,
        };
        if self.below(one_of) > 0 { Some(Fault::ClosedBeforeEvent) } else { Some(fault) }
    }

    /// Returns a fault for a repeated invocation. It's rare because the program waits longer after
    /// each failure, and never occurs six times in a row because the program then gives up.
    pub fn further_fault(&mut self) -> Option<Fault> {
        self.row += 1;
        if self.row < 3 && self.below(400) == 0 {
            return Some(
                [Fault::ResetBeforeEvent, Fault::InHead, Fault::InEvent, Fault::InPost]
                    [self.below(4) as usize],
            );
        }
        self.row = 0;
        None
    }

    /// Returns the event.
    pub fn data(&self, invocation: &Invocation) -> &[u8] {
        &self.pool[invocation.offset..][..invocation.len]
    }

    /// Returns the end of the head of the reply to GET /next, and `pending` followed by that reply.
    /// The framing is random.
    pub fn event(
        &mut self,
        invocation: &Invocation,
        pending: Vec<u8>,
        fault: Option<Fault>,
    ) -> (usize, Vec<u8>) {
        let framing = self.below(4);
        let piece = 1 + self.below(invocation.len as u64 + 1) as usize;
        // More chunks would make the server the bottleneck.
        let piece = piece.max(invocation.len / 64);
        let mut text = pending;
        if fault == Some(Fault::Early) {
            text.extend_from_slice(
                b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: none\r\n\r\n",
            );
        }
        text.extend_from_slice(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: ",
        );
        text.extend_from_slice(invocation.id.as_bytes());
        if !invocation.invocation_id.is_empty() {
            text.extend_from_slice(b"\r\nLambda-Runtime-Invocation-Id: ");
            text.extend_from_slice(invocation.invocation_id.as_bytes());
        }
        text.extend_from_slice(
            b"\r\nLambda-Runtime-Deadline-Ms: 1999999999999\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT",
        );
        if fault == Some(Fault::CloseOnEvent) {
            text.extend_from_slice(b"\r\nConnection: close");
        }
        let data = &self.pool[invocation.offset..][..invocation.len];
        if framing < 2 {
            text.extend_from_slice(
                format!("\r\nContent-Length: {}\r\n\r\n", data.len()).as_bytes(),
            );
            let head_len = text.len();
            text.extend_from_slice(data);
            // The connection can break within an empty event, too.
            let head_len = head_len.min(text.len() - 1);
            return (head_len, text);
        }
        text.extend_from_slice(b"\r\nTransfer-Encoding: chunked\r\n\r\n");
        let head_len = text.len();
        for chunk in data.chunks(if framing == 2 { data.len().max(1) } else { piece }) {
            text.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            text.extend_from_slice(chunk);
            text.extend_from_slice(b"\r\n");
        }
        text.extend_from_slice(b"0\r\n\r\n");
        (head_len, text)
    }
}

/// Returns a reply to a response.
pub fn reply(status: u16, closes: bool) -> Vec<u8> {
    let body = if status == 202 {
        "{\"status\":\"OK\"}\n"
    } else {
        "{\"errorMessage\":\"a fault\",\"errorType\":\"Fault\"}\n"
    };
    let close = if closes { "Connection: close\r\n" } else { "" };
    format!("HTTP/1.1 {status} Reason\r\nContent-Type: application/json\r\n{close}Content-Length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}
