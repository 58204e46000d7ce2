//! Every status, and every way to lose a connection, in every state.

use crate::runtime_api::exchange::{ATTEMPTS, Action, Exchange, Reply};

fn sent(pipeline: bool) -> Exchange {
    let mut exchange = Exchange::new(pipeline);
    exchange.connected();
    exchange.next_sent();
    exchange.complete(exchange.reply(200, false), false);
    exchange.handled();
    assert_eq!(
        exchange.action(),
        if pipeline { Action::AnswerAndRequestNext } else { Action::Answer }
    );
    exchange.answer_sent();
    assert_eq!(exchange.action(), Action::Receive);
    exchange
}

fn unconfirmed() -> Exchange {
    let mut exchange = sent(true);
    assert!(exchange.lost());
    assert_eq!(exchange.action(), Action::Connect);
    exchange.connected();
    assert_eq!(exchange.action(), Action::RequestNext);
    exchange.next_sent();
    exchange
}

#[test]
fn every_status_of_an_answer_is_classified() {
    for (status, expected) in [
        (200, Reply::Acknowledged),
        (202, Reply::Acknowledged),
        (410, Reply::Acknowledged),
        (413, Reply::Acknowledged),
        (301, Reply::Rejected),
        (400, Reply::Rejected),
        (403, Reply::Rejected),
        (404, Reply::Rejected),
        (500, Reply::Fatal),
        (503, Reply::Fatal),
    ] {
        for pipeline in [true, false] {
            let mut exchange = sent(pipeline);
            let reply = exchange.reply(status, false);
            assert_eq!(reply, expected, "{status}");
            exchange.complete(reply, false);
            let expected = match reply {
                Reply::Fatal => Action::Stop,
                _ if pipeline => Action::Receive,
                _ => Action::RequestNext,
            };
            assert_eq!(exchange.action(), expected, "{status}");
        }
    }
}

#[test]
fn every_status_of_next_but_200_stops() {
    for exchange in [Exchange::new(true), unconfirmed()] {
        for status in [202, 204, 302, 400, 403, 404, 410, 413] {
            assert_eq!(exchange.reply(status, false), Reply::Fatal, "{status}");
        }
        assert_eq!(exchange.reply(500, false), Reply::Fatal);
    }
}

#[test]
fn a_close_loses_the_pipelined_next() {
    let mut exchange = sent(true);
    exchange.complete(Reply::Acknowledged, true);
    assert_eq!(exchange.action(), Action::Connect);
    exchange.connected();
    assert_eq!(exchange.action(), Action::RequestNext);
}

#[test]
fn a_reply_to_half_a_request_is_the_last_of_its_connection() {
    let mut exchange = sent(true);
    exchange.mark_unusable();
    exchange.complete(exchange.reply(413, false), false);
    assert_eq!(exchange.action(), Action::Connect);
}

#[test]
fn an_event_that_closes_is_answered_on_a_new_connection() {
    let mut exchange = Exchange::new(true);
    exchange.connected();
    exchange.next_sent();
    exchange.complete(Reply::Event, true);
    assert_eq!(exchange.action(), Action::Handle);
    exchange.handled();
    assert_eq!(exchange.action(), Action::Connect);
    exchange.connected();
    assert_eq!(exchange.action(), Action::AnswerAndRequestNext);
}

#[test]
fn unconfirmed_another_invocation_means_that_the_answer_arrived() {
    let mut exchange = unconfirmed();
    let reply = exchange.reply(200, false);
    assert_eq!(reply, Reply::Superseded);
    exchange.complete(reply, false);
    assert_eq!(exchange.action(), Action::Receive);
    assert_eq!(exchange.reply(200, false), Reply::Event);
}

#[test]
fn a_rejected_answer_is_not_sent_again() {
    let mut exchange = sent(true);
    exchange.complete(exchange.reply(400, false), false);
    assert_eq!(exchange.reply(200, false), Reply::Superseded);
    assert_eq!(exchange.reply(200, true), Reply::Fatal);
}

#[test]
fn consecutive_failures_are_bounded_and_the_pauses_grow() {
    let mut exchange = Exchange::new(true);
    for pause_ms in [0, 0, 20, 80, 320] {
        assert_eq!((exchange.action(), exchange.pause_ms()), (Action::Connect, pause_ms));
        assert!(exchange.lost());
    }
    assert_eq!(exchange.pause_ms(), 1280);
    assert!(!exchange.lost());
}

#[test]
fn a_redelivery_does_not_reset_the_failures() {
    let mut exchange = unconfirmed();
    for _ in 1..ATTEMPTS - 1 {
        exchange.complete(exchange.reply(200, true), false);
        exchange.answer_sent();
        assert!(exchange.lost());
        exchange.connected();
        exchange.next_sent();
    }
    exchange.complete(exchange.reply(200, true), false);
    exchange.answer_sent();
    assert!(!exchange.lost());
}

#[test]
fn a_final_report_is_sent_once_and_repeated_when_lost() {
    for status in [202, 400, 403, 410] {
        let mut exchange = Exchange::final_report();
        exchange.connected();
        assert_eq!(exchange.action(), Action::Answer);
        exchange.answer_sent();
        assert!(exchange.lost());
        exchange.connected();
        assert_eq!(exchange.action(), Action::Answer);
        exchange.answer_sent();
        exchange.complete(exchange.reply(status, false), false);
        assert_eq!(exchange.action(), Action::Stop);
    }
}

#[test]
fn a_stream_is_connected_for_handled_and_sent() {
    let mut exchange = running();
    exchange.stream_started();
    assert_eq!(exchange.action(), Action::Handle);
    assert!(exchange.is_pipelined() && !exchange.is_unusable() && !exchange.is_stopped());
    exchange.answer_sent();
    assert_eq!(exchange.action(), Action::Receive);
    assert_eq!(exchange.reply(413, false), Reply::Acknowledged);
    assert_eq!(exchange.reply(403, false), Reply::Rejected);

    // The event closes the connection, so the stream needs another one.
    let mut exchange = running_after(true);
    exchange.stream_started();
    assert_eq!(exchange.action(), Action::Connect);
    exchange.connected();
    assert_eq!(exchange.action(), Action::Handle);

    let mut exchange = Exchange::final_trailers();
    assert_eq!(exchange.action(), Action::Handle);
    exchange.answer_sent();
    assert_eq!(exchange.action(), Action::Receive);
    // On another connection, the panic is posted as an error.
    assert!(exchange.lost());
    exchange.connected();
    assert_eq!(exchange.action(), Action::Answer);
}

fn running() -> Exchange {
    running_after(false)
}

/// Returns an exchange whose handler runs. `closes` is whether the server closed the connection
/// after the event.
fn running_after(closes: bool) -> Exchange {
    let mut exchange = Exchange::new(true);
    exchange.connected();
    exchange.next_sent();
    exchange.complete(Reply::Event, closes);
    exchange
}
