// One server of its own: a free port of this machine, an empty data folder, a clock that tests move.
import { expect } from '@playwright/test';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { totp } from './totp.ts';

const TESTS = resolve(fileURLToPath(import.meta.url), '../..');
const ROOT = resolve(TESTS, '..');
export const OUTPUT = join(TESTS, 'output');
const START = '2026-11-23T09:00:00+07:00';
const PATIENCE = 60_000;

export type Role = 'officer' | 'approver' | 'administrator' | 'cashier';

/** What the program asks of everybody who signs in. */
export interface Account {
  username: string;
  password: string;
  totp_secret: string;
}

/** A request through the JSON API; what is left out is made up. */
export interface Wish {
  cremation?: { date: string; round: string };
  pavilion?: { id: string; from: string; nights: number };
  ash?: { date: string; time: string };
}

export class Sala {
  readonly origin: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'sala-journey-'));
  private readonly clock = join(this.folder, 'clock');
  private readonly log: string;
  private now = new Date(START);
  private server?: ChildProcess;
  private token?: string;
  private sent = 0;

  private constructor(
    private readonly port: number,
    name: string,
  ) {
    this.origin = `http://127.0.0.1:${port}`;
    mkdirSync(join(OUTPUT, 'logs'), { recursive: true });
    this.log = join(OUTPUT, 'logs', `${name}.log`);
    this.advance(0);
  }

  static async start(name: string): Promise<Sala> {
    const program = binary();
    const sala = new Sala(await freePort(), name);
    const log = openSync(sala.log, 'w');
    sala.server = spawn(program, ['serve'], { cwd: ROOT, env: sala.environment(), stdio: ['ignore', log, log] });
    closeSync(log);
    try {
      await sala.ready();
    } catch (error) {
      await sala.stop();
      throw error;
    }
    return sala;
  }

  /** Ends the server, which must go in peace and must have told nothing of what `secrets` names. */
  async stop(secrets: string[] = []): Promise<void> {
    const server = this.server;
    if (server && server.exitCode === null) {
      const ended = new Promise<number | null>((done) => server.once('exit', done));
      server.kill('SIGTERM');
      const code = await Promise.race([ended, pause(PATIENCE).then(() => 'still running')]);
      if (code === 'still running') server.kill('SIGKILL');
      expect(code, 'how the server ended').toBe(0);
    }
    rmSync(this.folder, { recursive: true, force: true });
    const log = readFileSync(this.log, 'utf8');
    expect(log, 'the log').not.toMatch(/panicked| ERROR /);
    for (const secret of secrets) expect(log, 'the log').not.toContain(secret);
  }

  /** Moves the server's clock on. */
  advance(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1000);
    writeFileSync(this.clock, this.now.toISOString());
  }

  /** The clock of Bangkok in so many minutes, as Thai pages write it. */
  thaiClock(minutes = 0): string {
    const at = new Date(this.now.getTime() + (7 * 60 + minutes) * 60_000);
    return `${at.toISOString().slice(11, 16).replace(':', '.')} น.`;
  }

  /** A code that was not used before: each thirty seconds have one. */
  code(account: Account): string {
    this.advance(30);
    return totp(account.totp_secret, this.now);
  }

  async staff(username: string, name: string, ...roles: Role[]): Promise<Account> {
    const asked = roles.flatMap((role) => ['--role', role]);
    return JSON.parse(await this.run('staff', 'add', username, '--name', name, ...asked, '--json')) as Account;
  }

  /** Somebody else books; the answer's status and body. */
  async book(wish: Wish): Promise<{ status: number; body: any }> {
    this.token ??= await this.run('token', 'create', '--channel', 'test', '--per-minute', '0');
    this.sent += 1;
    const response = await fetch(`${this.origin}/api/v1/crematorium/requests`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.token}`,
        'content-type': 'application/json',
        'idempotency-key': `journey-${this.sent}`,
      },
      body: JSON.stringify({
        applicant: { name: 'อื่น คนอื่น', phone: `08${String(90_000_000 + this.sent)}`, relation: 'child' },
        deceased: { name: `ผู้วายชนม์ ${this.sent}`, identity: 'not_known', date_of_death: '2026-11-22', residence: 'in_area' },
        ...wish,
      }),
    });
    return { status: response.status, body: await response.json() };
  }

  /** The round's furnaces, all of them. */
  async bookOut(date: string, round: string): Promise<void> {
    for (let furnace = 0; furnace < 3; furnace += 1) {
      expect(await this.book({ cremation: { date, round } })).toMatchObject({ status: 201 });
    }
    expect(await this.book({ cremation: { date, round } })).toMatchObject({ status: 409, body: { code: 'slot_taken' } });
  }

  private async run(...command: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(binary(), command, { cwd: ROOT, env: this.environment() });
    return stdout.trim();
  }

  private environment(): NodeJS.ProcessEnv {
    const environment: NodeJS.ProcessEnv = {
      ...process.env,
      SALA_DATA_DIR: this.folder,
      SALA_LISTEN: `127.0.0.1:${this.port}`,
      SALA_CLOCK: `file:${this.clock}`,
      SALA_DEMO: '1',
      NO_COLOR: '1',
    };
    delete environment.DATABASE_URL;
    return environment;
  }

  private async ready(): Promise<void> {
    const until = Date.now() + PATIENCE;
    while (Date.now() < until) {
      if (this.server?.exitCode !== null) break;
      const answer = await fetch(`${this.origin}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      await pause(50);
    }
    throw new Error(`the server did not start:\n${readFileSync(this.log, 'utf8')}`);
  }
}

function binary(): string {
  const path = process.env.SALA_BIN;
  if (!path) throw new Error('SALA_BIN names no server; `cargo xtask test journeys` does');
  return path;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => done(port));
    });
  });
}
