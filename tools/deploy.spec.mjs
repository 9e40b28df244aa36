// docker-compose.yml, deploy/ and the code have to name the same services, ports, users and variables.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

const root = resolve(import.meta.dirname, '..');
const read = (path) => readFileSync(join(root, path), 'utf8');

/** The stand-in for `.env`: every variable of deploy/env.example has its own name as value. */
const dotEnv = Object.fromEntries(
  [...read('deploy/env.example').matchAll(/^(\w+)=$/gm)].map(([, name]) => [name, name]),
);
const interpolated = read('docker-compose.yml').replace(/\$\{(\w+)(?::\?[^}]*)?\}/g, (_, name) => {
  if (dotEnv[name] === undefined) throw new Error(`docker-compose.yml needs ${name}, which deploy/env.example lacks`);
  return dotEnv[name];
});
const { services, volumes } = parse(interpolated, { merge: true });

/** Asks the compiled code, in plain Node, so that it answers as it does in the image. */
const ask = (script, input = {}) =>
  JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: root,
      env: { ...process.env, INPUT: JSON.stringify(input) },
      encoding: 'utf8',
    }),
  );
const code = ask(`
  import { natsServerConfig, NATS_USERS, SERVICES } from '@holdfast/local-stack';
  const passwords = Object.fromEntries(
    NATS_USERS.map((user) => [user, { env: 'NATS_' + user.toUpperCase() + '_PASSWORD' }]),
  );
  const conf = natsServerConfig({ host: '0.0.0.0', port: 4222, monitorPort: 8222, storeFolder: '/data', passwords });
  console.log(JSON.stringify({ services: SERVICES, users: NATS_USERS, conf }));
`);

const own = Object.entries(services).filter(([, { build }]) => build?.target === 'service');
const natsUsers = {
  'resource-store': 'store',
  'api-gateway': 'gateway',
  reconciler: 'reconciler',
  'prebuild-orchestrator': 'orchestrator',
  provisioner: 'provisioner',
};

describe('docker-compose.yml', () => {
  it('has every service of the product, built from its own folder', () => {
    expect(own.map(([name]) => name).sort()).toEqual([...code.services].sort());
    for (const [name, { build }] of own) {
      expect(build.args.APP).toBe(name);
      expect(existsSync(join(root, build.dockerfile))).toBe(true);
      expect(existsSync(join(root, 'apps', build.args.APP, 'package.json'))).toBe(true);
    }
  });

  it.each(own)('gives %s an environment that it accepts, and no variable that it does not know', (name, service) => {
    const config = existsSync(join(root, 'apps', name, 'dist', 'config.js'))
      ? `./apps/${name}/dist/config.js`
      : undefined;
    const { known, problems } = ask(
      `
      import { readConfig, serviceEnvironment } from '@holdfast/nest-platform';
      const env = JSON.parse(process.env.INPUT);
      const own = ${config === undefined ? '{ environment: serviceEnvironment }' : `await import('${config}')`};
      const shape = own.environment ?? own.environmentOf(env);
      let problems = [];
      try { readConfig(shape, env); } catch (error) { problems = error.problems ?? [String(error)]; }
      console.log(JSON.stringify({ known: Object.keys(shape), problems }));
    `,
      service.environment,
    );
    expect(problems).toEqual([]);
    expect(known).toEqual(expect.arrayContaining(Object.keys(service.environment)));
  });

  it.each(own)('connects %s to the servers beside it, as its own user', (name, { environment }) => {
    const nats = new URL(environment.HOLDFAST_NATS_URL);
    expect([nats.hostname, nats.username]).toEqual(['nats', natsUsers[name]]);
    expect(nats.password).toBe(services.nats.environment[`NATS_${nats.username.toUpperCase()}_PASSWORD`]);
    expect(services.nats.expose).toContain(nats.port);
    if (environment.HOLDFAST_NATS_MONITOR_URL !== undefined)
      expect(services.nats.expose).toContain(new URL(environment.HOLDFAST_NATS_MONITOR_URL).port);
    if (environment.HOLDFAST_DATABASE_URL === undefined) return;
    const database = new URL(environment.HOLDFAST_DATABASE_URL);
    const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = services.postgres.environment;
    expect([database.hostname, database.port]).toEqual(['postgres', services.postgres.expose[0]]);
    expect([database.username, database.password, database.pathname]).toEqual([
      POSTGRES_USER,
      POSTGRES_PASSWORD,
      `/${POSTGRES_DB}`,
    ]);
  });

  it.each(own)('asks %s for its health where it answers', (_, { environment, healthcheck }) => {
    expect(healthcheck.test.join(' ')).toContain(`:${environment.HOLDFAST_ADMIN_PORT}/readyz`);
  });

  it('publishes the port of the gateway, whose certificate and token table setup makes', () => {
    const { environment, ports, volumes: mounts } = services['api-gateway'];
    expect(ports).toEqual([`127.0.0.1:6443:${environment.HOLDFAST_GATEWAY_PORT}`]);
    const made = services.setup.command[services.setup.command.indexOf('--dir') + 1];
    expect(services.setup.volumes).toEqual([`identity:${made}`]);
    expect(mounts).toEqual([`identity:${made}:ro`]);
    expect(environment).toMatchObject({
      HOLDFAST_TLS_CERT_FILE: `${made}/server.crt`,
      HOLDFAST_TLS_KEY_FILE: `${made}/server.key`,
      HOLDFAST_TOKEN_FILE: `${made}/tokens.csv`,
    });
    expect(read('deploy/Dockerfile')).toContain(`mkdir ${made}`);
  });

  it('waits for health where it says so, and declares the volumes it mounts', () => {
    for (const service of Object.values(services)) {
      for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
        expect(services[needed]).toBeDefined();
        if (condition === 'service_healthy') expect(services[needed].healthcheck).toBeDefined();
      }
      const named = (service.volumes ?? []).map((mount) => mount.split(':')[0]).filter((from) => !from.startsWith('.'));
      expect(Object.keys(volumes)).toEqual(expect.arrayContaining(named));
    }
  });

  it('runs servers that are new enough', () => {
    const version = (image) => /:(\d+)(?:\.(\d+))?/.exec(image).slice(1).map(Number);
    const [major, minor] = version(services.nats.image);
    expect(major * 100 + minor).toBeGreaterThanOrEqual(212);
    expect(version(services.postgres.image)[0]).toBeGreaterThanOrEqual(15);
  });
});

describe('deploy/nats.conf', () => {
  it('is what the code writes for the same server', () => {
    expect(read('deploy/nats.conf').split('\n').slice(1).join('\n')).toBe(code.conf);
  });

  it('takes every password from a variable that docker-compose.yml sets', () => {
    const variables = code.users.map((user) => `NATS_${user.toUpperCase()}_PASSWORD`);
    expect(Object.keys(services.nats.environment).sort()).toEqual(variables.sort());
  });

  it('is mounted where the server reads it, with its data on the volume', () => {
    expect(services.nats.volumes).toEqual([`./deploy/nats.conf:${services.nats.command[1]}:ro`, 'nats:/data']);
  });
});
