// A bot on discord.js that responds to every action of a user and prints it. With
// the argument "compressed" it asks for compression.
import {
  ActionRowBuilder,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ButtonBuilder,
  ButtonStyle,
  Client,
  EmbedBuilder,
  Events,
  GatewayIntentBits,
  MessageFlags,
  ModalBuilder,
  Partials,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import { CompressionMethod, SimpleShardingStrategy } from '@discordjs/ws';

const { API_URL, TOKEN } = process.env;

const client = new Client({
  intents: [
    GatewayIntentBits.Guilds,
    GatewayIntentBits.GuildMessages,
    GatewayIntentBits.GuildMessageReactions,
    GatewayIntentBits.DirectMessages,
    GatewayIntentBits.MessageContent,
  ],
  partials: [Partials.Channel], // direct messages
  rest: { api: API_URL },
  ws: {
    buildStrategy(manager) {
      // Without the package zlib-sync this means payload compression.
      if (process.argv[2] === 'compressed') manager.options.compression = CompressionMethod.ZlibStream;
      return new SimpleShardingStrategy(manager);
    },
  },
});

const row = (component) => new ActionRowBuilder().addComponents(component);
const button = (id, label) => row(new ButtonBuilder().setCustomId(id).setLabel(label).setStyle(ButtonStyle.Primary));

async function heard(message) {
  if (message.author.bot || message.system) return;
  if (!message.guild) {
    await message.reply(`in private: ${message.content}`);
  } else if (message.channel.isThread()) {
    await message.reply(`in ${message.channel.name}: ${message.content}`);
  } else if (message.content.startsWith('read')) {
    const { contentType, url } = message.attachments.first();
    await message.reply(`${contentType}: ${await (await fetch(url)).text()}`);
  } else if (message.content.startsWith('thread')) {
    const thread = await message.startThread({ name: 'about this', autoArchiveDuration: 60 });
    await thread.send('in the thread');
    await thread.setName('about that');
  } else if (message.mentions.has(client.user)) {
    const embed = new EmbedBuilder().setTitle('Mentioned').setDescription(`by ${message.author}`).addFields({ name: 'where', value: `${message.channel}` });
    await message.reply({ embeds: [embed], components: [button('ask', 'Ask me'), button('go', 'Go on')], allowedMentions: { parse: [] } });
  } else {
    await message.react('👀');
    await message.reply({ content: `heard ${message.content}`, nonce: message.id, enforceNonce: true });
  }
}

async function asked(interaction) {
  if (interaction.isAutocomplete()) {
    const value = interaction.options.getFocused();
    await interaction.respond([{ name: `like ${value} (${interaction.locale})`, value }]);
  } else if (interaction.isChatInputCommand()) {
    const reply = await interaction.deferReply({ flags: MessageFlags.Ephemeral, withResponse: true });
    const what = interaction.options.getString('query');
    const select = new StringSelectMenuBuilder().setCustomId('pick').setPlaceholder('Pick').addOptions({ label: 'tape', value: 't' }, { label: 'disk', value: 'd' });
    await interaction.editReply({ content: `typed ${what} in ${reply.resource.message.id}`, components: [row(select)] });
    await interaction.followUp({ content: `${what} for all` });
  } else if (interaction.isMessageContextMenuCommand()) {
    await interaction.reply({ content: `looked at ${interaction.targetMessage.content}`, flags: MessageFlags.Ephemeral });
    await interaction.editReply('looked twice');
  } else if (interaction.isStringSelectMenu()) {
    await interaction.update({ content: `picked ${interaction.values}`, components: [] });
  } else if (interaction.isButton() && interaction.customId === 'go') {
    await interaction.deferUpdate();
    await interaction.editReply({ content: 'pressed', embeds: [], components: [] });
  } else if (interaction.isButton()) {
    const words = new TextInputBuilder().setCustomId('words').setLabel('Question').setStyle(TextInputStyle.Short);
    await interaction.showModal(new ModalBuilder().setCustomId('asked').setTitle('Ask').addComponents(row(words)));
  } else if (interaction.isModalSubmit()) {
    await interaction.reply(`asked ${interaction.fields.getTextInputValue('words')}`);
  }
}

const careful = (handler) => (...args) => handler(...args).catch((error) => console.log(`error ${error.stack}`));
client.on(Events.MessageCreate, careful(heard));
client.on(Events.InteractionCreate, careful(asked));
client.on(Events.MessageUpdate, (_, after) => console.log(`edited ${after.content}`));
client.on(Events.MessageDelete, (message) => console.log(`deleted ${message.id}`));
client.on(Events.MessageReactionAdd, (reaction, user) => console.log(`reaction ${reaction.emoji.name} of ${user.id}`));
client.on(Events.ThreadCreate, (thread, fresh) => console.log(`thread ${thread.name} ${fresh}`));
client.on(Events.ShardResume, (_, replayed) => console.log(`resumed ${replayed}`));
client.on(Events.ShardReady, () => console.log('session'));
client.on(Events.Error, (error) => console.log(`error ${error.stack}`));
client.on(Events.Warn, (warning) => console.log(`error ${warning}`));

client.once(Events.ClientReady, careful(async () => {
  await client.application.commands.set([
    {
      name: 'mabs',
      nameLocalizations: { ko: '맙스' },
      description: 'Looks an error up',
      options: [{ type: ApplicationCommandOptionType.String, name: 'query', description: 'A code, or words', autocomplete: true }],
    },
    { name: 'Look up', type: ApplicationCommandType.Message },
  ]);
  console.log(`ready ${client.user.tag} in ${client.guilds.cache.map((guild) => guild.name)}`);
}));

client.login(TOKEN).catch((error) => console.log(`error ${error.stack}`));
