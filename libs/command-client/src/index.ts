export { CommandClient } from './command-client.js';
export type { CommandClientOptions } from './command-client.js';
export { CommandServer } from './command-server.js';
export type { CommandServerOptions } from './command-server.js';
export type { Answer, CommandHandler, CommandSender, Transactor } from './commands.js';
