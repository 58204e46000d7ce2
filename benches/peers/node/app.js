// Answers each event with itself.
exports.handler = async (event) => event;
