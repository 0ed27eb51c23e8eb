// What a journey is given: a server of its own, and browsers.
import { test as base } from '@playwright/test';
import { SECRETS } from './family.ts';
import { Sala } from './sala.ts';
import { Visitor, type Wanted } from './visitor.ts';

export { expect } from '@playwright/test';

type Open = (wanted?: Omit<Wanted, 'origin' | 'name' | 'secrets'> & { called?: string }) => Promise<Visitor>;

export const test = base.extend<{ sala: Sala; open: Open }>({
  sala: async ({}, use, info) => {
    const sala = await Sala.start(slug(info.title));
    await use(sala);
    await sala.stop(SECRETS);
  },
  open: async ({ browser, sala }, use, info) => {
    const visitors: Visitor[] = [];
    await use(async ({ called, ...wanted } = {}) => {
      const name = slug([info.title, called].filter(Boolean).join(' '));
      const visitor = await Visitor.open(browser, { ...wanted, origin: sala.origin, name, secrets: SECRETS });
      visitors.push(visitor);
      return visitor;
    });
    for (const visitor of visitors) await visitor.close();
  },
});

/** Residents' journeys go both ways. */
export const SCRIPTS = [
  { javascript: true, how: 'with JavaScript' },
  { javascript: false, how: 'without JavaScript' },
];

function slug(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');
}
