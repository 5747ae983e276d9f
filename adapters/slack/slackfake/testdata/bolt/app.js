// An app on @slack/bolt that responds to every action of a user and prints errors.
// The argument is socket or http.
import bolt from '@slack/bolt';

const { API_URL, BOT_TOKEN, APP_TOKEN, SIGNING_SECRET } = process.env;
const mode = process.argv[2];

const clientOptions = { slackApiUrl: API_URL };
const receiver =
  mode === 'http'
    ? new bolt.HTTPReceiver({ signingSecret: SIGNING_SECRET })
    : new bolt.SocketModeReceiver({
        appToken: APP_TOKEN,
        clientPingTimeout: 300, // a refresh waits this long; the default is 5 s
        installerOptions: { clientOptions },
      });
const app = new bolt.App({ token: BOT_TOKEN, receiver, clientOptions });

app.message('hello', async ({ message, say }) => {
  await say({ text: `heard ${message.text}`, thread_ts: message.ts });
});

app.event('app_mention', async ({ event, say }) => {
  await say({
    text: `mentioned by <@${event.user}>`,
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `mentioned by <@${event.user}>` } },
      {
        type: 'actions',
        elements: [
          { type: 'button', action_id: 'go', value: 'v1', text: { type: 'plain_text', text: 'Go on' } },
          { type: 'external_select', action_id: 'pick', placeholder: { type: 'plain_text', text: 'Pick' }, min_query_length: 1 },
        ],
      },
    ],
  });
});

app.action('go', async ({ ack, body, client, respond }) => {
  await ack();
  await client.chat.update({ channel: body.channel.id, ts: body.message.ts, text: `pressed ${body.actions[0].value}` });
  await respond({ text: 'only you see this', replace_original: false, response_type: 'ephemeral' });
});

app.options('pick', async ({ ack, options }) => {
  await ack({ options: [{ text: { type: 'plain_text', text: `like ${options.value}` }, value: 'like' }] });
});

app.action('pick', async ({ ack, action, say }) => {
  await ack();
  await say(`picked ${action.selected_option.value}`);
});

app.command('/mabs', async ({ ack, command, respond }) => {
  if (command.text === 'quick') {
    await ack('in the acknowledgement');
    return;
  }
  await ack();
  await respond(`typed ${command.text}`);
});

app.shortcut('mabs_lookup', async ({ ack, shortcut, respond }) => {
  await ack();
  await respond(`looked at ${shortcut.message.text}`);
});

app.shortcut('ask', async ({ ack, shortcut, client }) => {
  await ack();
  await client.views.open({
    trigger_id: shortcut.trigger_id,
    view: {
      type: 'modal',
      callback_id: 'asked',
      title: { type: 'plain_text', text: 'Ask' },
      submit: { type: 'plain_text', text: 'Send' },
      blocks: [
        {
          type: 'input',
          block_id: 'question',
          label: { type: 'plain_text', text: 'Question' },
          element: { type: 'plain_text_input', action_id: 'words' },
        },
      ],
    },
  });
});

app.view('asked', async ({ ack, body, view, client }) => {
  const { value } = view.state.values.question.words;
  if (value === 'bad') {
    await ack({ response_action: 'errors', errors: { question: 'ask something else' } });
    return;
  }
  await ack();
  await client.chat.postMessage({ channel: body.user.id, text: `asked ${value}` });
});

app.event('app_home_opened', async ({ event, client }) => {
  const section = { type: 'section', text: { type: 'mrkdwn', text: 'welcome home' } };
  await client.views.publish({ user_id: event.user, view: { type: 'home', blocks: [section] } });
});

app.error(async (error) => {
  console.log(`error ${error.message}`);
});

const server = await app.start(0);
console.log(mode === 'http' ? `listening ${server.address().port}` : 'connected');
