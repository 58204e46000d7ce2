//! What the runtime knows after a reply.

use super::super::invocation::State;
use super::super::reply::Kind;
use super::Server;

impl Server<'_> {
    pub(super) fn note_head(&mut self, kind: Kind, is_certain: bool) {
        match kind {
            Kind::Event(index) => {
                // All earlier invocations are complete.
                self.invocations[..index]
                    .iter_mut()
                    .for_each(|before| before.is_settled |= is_certain);
                let invocation = &self.invocations[index];
                if invocation.state == State::Refused
                    && (invocation.is_handled || invocation.answers > 0)
                {
                    self.may_stop = true;
                    self.must_stop |= is_certain && invocation.is_settled;
                }
            }
            Kind::Settled(index) | Kind::Refused(index) => {
                self.invocations[index].is_settled |= is_certain;
                self.went_well(is_certain);
            }
            Kind::Fatal => {
                self.may_stop = true;
                self.must_stop |= is_certain;
            }
            Kind::Garbage => self.failed(is_certain),
        }
    }

    pub(super) fn note_event(&mut self, index: usize, is_certain: bool, breaks: bool) {
        if breaks {
            return self.failed(is_certain);
        }
        self.line.is_asked = false;
        let invocation = &self.invocations[index];
        let is_first = !invocation.is_handled && self.delivered != Some(index);
        self.may_stop |= invocation.id.contains(' ');
        self.delivered = Some(index);
        if !self.invocations[index].is_handled {
            self.went_well(is_certain && is_first);
        }
    }
}
