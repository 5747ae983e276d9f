// A client on @slack/socket-mode that acknowledges and prints every envelope.
import { SocketModeClient } from '@slack/socket-mode';

const client = new SocketModeClient({
  appToken: process.env.APP_TOKEN,
  clientPingTimeout: 300, // a refresh waits this long; the default is 5 s
  clientOptions: { slackApiUrl: process.env.API_URL },
});

client.on('slack_event', async ({ ack, type, body }) => {
  await ack();
  console.log(`got ${type} ${body.event?.text ?? body.command ?? body.type}`);
});

await client.start();
console.log('connected');
