// Drains one mailbox with imapflow and prints messages, octets and its own seconds as JSON.
// usage: node drain.js HOST PORT USER SECRET, with imapflow on NODE_PATH

const { ImapFlow } = require('imapflow');

async function drain([host, port, user, pass]) {
  const begun = performance.now();
  const client = new ImapFlow({ host, port: Number(port), secure: false, doSTARTTLS: false,
    disableCompression: true, logger: false, auth: { user, pass } });
  await client.connect();
  await client.mailboxOpen('INBOX', { readOnly: true });
  let messages = 0, octets = 0;
  const wanted = { uid: true, flags: true, internalDate: true, source: true };
  for await (const message of client.fetch('1:*', wanted)) {
    messages += 1;
    octets += message.source.length;
  }
  await client.logout();
  return { messages, octets, seconds: (performance.now() - begun) / 1000 };
}

drain(process.argv.slice(2)).then((drained) => console.log(JSON.stringify(drained)));
