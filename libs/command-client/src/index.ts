export type { Answer, CommandHandler, CommandSender, Transactor } from './commands.js';
