//! Uses the heap as the event asks, keeps some of it between invocations, and responds with the
//! number of bytes in use.
#![cfg_attr(all(target_env = "musl", not(test)), no_std, no_main)]
extern crate alloc;

use alloc::format;
use alloc::vec::Vec;

use barelambda::{Error, FunctionError, Handler, Invocation, Response};

const HEAP: usize = 262_144;

barelambda::entry!(init = start, event = 65_536, response = 4096, heap = HEAP);

static BAD_BLOCK: FunctionError =
    FunctionError::new("Function.BadBlock", "a block has other bytes than were written into it");

/// How many blocks are kept. Together they have 160 KB at most.
const KEPT: usize = 40;

struct Probe {
    kept: Vec<Vec<u8>>,
    state: u64,
}

fn start() -> Result<Probe, Error> {
    if barelambda::env("INIT") == Some("exhaust") {
        drop(Vec::<u8>::with_capacity(HEAP + 1));
    }
    Ok(Probe { kept: Vec::with_capacity(KEPT), state: 0x9e37_79b9_7f4a_7c15 })
}

impl Probe {
    /// A number below `limit` that looks random (xorshift).
    fn next(&mut self, limit: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state as usize % limit
    }

    /// Replaces a few of the blocks that are kept by blocks of other sizes, which grow on the way.
    fn churn(&mut self) -> Result<(), Error> {
        for _ in 0..4 {
            let mut block = Vec::new();
            let len = 1 + self.next(4000);
            block.extend(core::iter::repeat_n((len % 251) as u8, len));
            if self.kept.len() == KEPT {
                let at = self.next(KEPT);
                let old = self.kept.swap_remove(at);
                if old.iter().any(|&byte| byte != (old.len() % 251) as u8) {
                    return Err(Error::from(&BAD_BLOCK));
                }
            }
            block.shrink_to_fit();
            self.kept.push(block);
        }
        Ok(())
    }
}

impl Handler for Probe {
    fn handle<'a>(&mut self, invocation: Invocation<'a>) -> Response<'a> {
        match invocation.event.payload() {
            b"churn" => self.churn()?,
            b"clear" => self.kept.clear(),
            b"exhaust" => self.kept.push(Vec::with_capacity(HEAP)),
            b"try_reserve" => {
                let mut block = Vec::<u8>::new();
                let text = match block.try_reserve(HEAP) {
                    Ok(()) => format!("{}", block.capacity()),
                    Err(error) => format!("{error}"),
                };
                let mut response = invocation.responder.writer();
                response.write(text.as_bytes())?;
                return response.finish();
            }
            b"panic" => {
                // A refused request before it doesn't make another panic one of the heap.
                let refused = Vec::<u8>::new().try_reserve(HEAP).is_err();
                assert!(!refused, "not of the heap");
            }
            b"too many" => drop(Vec::<u64>::with_capacity(usize::MAX)),
            _ => {}
        }
        let mut response = invocation.responder.writer();
        response.write(format!("{}", barelambda::heap_used()).as_bytes())?;
        response.finish()
    }
}
