// Echoes each event.
exports.handler = async (event) => event;
