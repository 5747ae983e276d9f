// The client of @slack/socket-mode alone: it acknowledges, and says what it got.
import { SocketModeClient } from '@slack/socket-mode';

const client = new SocketModeClient({
  appToken: process.env.APP_TOKEN,
  clientPingTimeout: 300, // so that a refresh does not take 5 s
  clientOptions: { slackApiUrl: process.env.API_URL },
});

client.on('slack_event', async ({ ack, type, body }) => {
  await ack();
  console.log(`got ${type} ${body.event?.text ?? body.command ?? body.type}`);
});

await client.start();
console.log('connected');
