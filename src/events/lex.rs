//! Code hooks of Lex V2.

use super::object::object;
use crate::json::RawJson;

object! {
    /// An utterance that a bot has understood (AWS: [Input format for Lambda function][1]).
    ///
    /// Read it with [`Event::json`](crate::Event::json). The response is an object with the field
    /// `sessionState`, of a type of your own. An event of Lex V1 has other fields, which
    /// [`get`](Self::get) returns.
    ///
    /// ```json
    /// {
    ///   "messageVersion": "1.0", "invocationSource": "FulfillmentCodeHook", "inputMode": "Text", "sessionId": "7",
    ///   "responseContentType": "text/plain; charset=utf-8", "inputTranscript": "two teas",
    ///   "bot": {"id": "BOT", "name": "orders", "aliasId": "TSTALIASID", "aliasName": "test", "localeId": "en_GB", "version": "1"},
    ///   "sessionState": {
    ///     "sessionAttributes": {}, "originatingRequestId": "a1",
    ///     "intent": {"name": "Order", "state": "ReadyForFulfillment", "confirmationState": "None",
    ///       "slots": {"item": {"shape": "Scalar", "value": {"originalValue": "teas", "interpretedValue": "tea", "resolvedValues": ["tea"]}}}}
    ///   },
    ///   "interpretations": [], "transcriptions": [], "requestAttributes": {}
    /// }
    /// ```
    ///
    /// [1]: https://docs.aws.amazon.com/lexv2/latest/dg/lambda-input-format.html
    pub struct Event<'a> {
        on demand
        /// `1.0`.
        pub message_version: &'a str = "messageVersion",
        /// `DialogCodeHook` or `FulfillmentCodeHook`.
        pub invocation_source: &'a str = "invocationSource",
        /// `Text`, `Speech` or `DTMF`.
        pub input_mode: &'a str = "inputMode",
        /// The content type that the client expects.
        pub response_content_type: &'a str = "responseContentType",
        /// The id of the session.
        pub session_id: &'a str = "sessionId",
        /// What the user said.
        pub input_transcript: &'a str = "inputTranscript",
        /// The bot: `id`, `name`, `aliasId`, `aliasName`, `localeId`, `version`.
        pub bot: RawJson<'a> = "bot",
        /// The intents that fit the utterance, the most likely one first.
        pub interpretations: RawJson<'a> = "interpretations",
        /// The state of the conversation.
        pub session_state: SessionState<'a> = "sessionState",
        /// What the bot does next, if the function changes nothing.
        pub proposed_next_state: RawJson<'a> = "proposedNextState",
        /// Attributes of the request.
        pub request_attributes: RawJson<'a> = "requestAttributes",
        /// What the user may have said, with the confidence of each.
        pub transcriptions: RawJson<'a> = "transcriptions",
    }
}

object! {
    /// The state of a conversation.
    pub struct SessionState<'a> {
        on demand
        /// Attributes of the session.
        pub session_attributes: RawJson<'a> = "sessionAttributes",
        /// The contexts that are active.
        pub active_contexts: RawJson<'a> = "activeContexts",
        /// The id of the request.
        pub originating_request_id: &'a str = "originatingRequestId",
        /// The intent.
        pub intent: Intent<'a> = "intent",
    }
}

object! {
    /// An intent.
    pub struct Intent<'a> {
        on demand
        /// The name.
        pub name: &'a str = "name",
        /// `InProgress`, `ReadyForFulfillment`, `Failed` and others.
        pub state: &'a str = "state",
        /// `None`, `Confirmed` or `Denied`.
        pub confirmation_state: &'a str = "confirmationState",
        /// The slots by name; null for those without a value. See [`slot`](Self::slot).
        pub slots: RawJson<'a> = "slots",
    }
}

impl<'a> Intent<'a> {
    /// Returns the interpreted value of a slot with one value.
    pub fn slot(&self, name: &str) -> Option<&'a str> {
        self.slots().get(name).get("value").get("interpretedValue").as_str()
    }
}
