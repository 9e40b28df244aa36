// A page that greets whoever claimed this environment. Who that is can change while it runs.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import process from 'node:process';
import Mustache from 'mustache';

const { PORT = '8080', OWNER_FILE = '../owner' } = process.env;

const server = createServer(async (request, response) => {
  const [page, owner] = await Promise.all([
    readFile(new URL('page.html', import.meta.url), 'utf8'),
    readFile(OWNER_FILE, 'utf8').catch(() => ''),
  ]);
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(Mustache.render(page, { owner: owner.trim(), path: request.url }));
});

server.listen(Number(PORT), '127.0.0.1', () => process.stdout.write(`serving on port ${PORT}\n`));
