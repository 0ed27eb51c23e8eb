// One browser of one person, watched: what every page must be, in whatever state it is.
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContext, type Locator, type Page, type Request, expect } from '@playwright/test';
import { join } from 'node:path';
import { OUTPUT } from './sala.ts';

const PHONE = { width: 360, height: 740 };
const NARROWEST = 320;
const DESK = { width: 1280, height: 900 };
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa'];
/** What a resident's page may weigh, compressed: its words, style and fonts; and what an island adds. */
const PAGE_BYTES = 60_000;
const SCRIPT_BYTES = 120_000;

export interface Wanted {
  origin: string;
  /** How its screenshots are called. */
  name: string;
  /** What no address may hold. */
  secrets: string[];
  javascript?: boolean;
  /** Somebody at a desk, not at a phone. */
  office?: boolean;
  userAgent?: string;
  acceptDownloads?: boolean;
}

export class Visitor {
  private pictures = 0;
  private troubles: string[] = [];
  private addresses: string[] = [];
  private loaded: Request[] = [];
  private readonly weights = new Map<string, number>();

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly wanted: Wanted,
  ) {}

  static async open(browser: Browser, wanted: Wanted): Promise<Visitor> {
    const { javascript = true, office = false, userAgent, acceptDownloads } = wanted;
    const context = await browser.newContext({
      baseURL: wanted.origin,
      viewport: office ? DESK : PHONE,
      javaScriptEnabled: javascript,
      locale: 'th-TH',
      ...(userAgent === undefined ? {} : { userAgent }),
      ...(acceptDownloads === undefined ? {} : { acceptDownloads }),
    });
    const page = await context.newPage();
    const visitor = new Visitor(context, page, wanted);
    visitor.watch(page);
    context.on('page', (other) => {
      if (other !== page) visitor.watch(other);
    });
    return visitor;
  }

  /** Another tab of the same browser. */
  async tab(): Promise<Page> {
    return this.context.newPage();
  }

  get javascript(): boolean {
    return this.wanted.javascript ?? true;
  }

  /** Opens what something is folded into, as a reader does. */
  async unfold(inside: Locator): Promise<void> {
    const closed = inside.first().locator('xpath=ancestor::details[not(@open)]');
    while ((await closed.count()) > 0) await closed.first().locator('> summary').click();
  }

  /** Ticks an option, wherever it is folded into. */
  async check(option: Locator): Promise<void> {
    await this.unfold(option);
    await option.check();
  }

  /** Presses a button that sends a form; the status of its answer, with the next page loaded. */
  async press(button: string | RegExp, page = this.page): Promise<number> {
    const named = { name: button, exact: true };
    const seen = page.locator('main').getByRole('button', named);
    if ((await seen.count()) === 0) await this.unfold(page.locator('main').getByRole('button', { ...named, includeHidden: true }));
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().isNavigationRequest() && response.request().method() === 'POST'),
      page.waitForEvent('load'),
      seen.first().click(),
    ]);
    return answer.status();
  }

  /** Follows a link of the page. */
  async follow(link: string, page = this.page): Promise<void> {
    await Promise.all([page.waitForEvent('load'), page.getByRole('main').getByRole('link', { name: link, exact: true }).first().click()]);
  }

  /** Looks at the page as it stands, with everything that holds for any of them. */
  async see(state: string, page = this.page): Promise<void> {
    const about = `${state}, ${page.url()}`;
    if (this.javascript) await this.picture(state, page);
    expect(await page.content(), about).not.toContain('__RESOLVED_RESOURCES');
    await expect(page.locator('[target]'), `${about}: opens a window`).toHaveCount(0);
    await expect(page.locator('[required], [type=number]'), `${about}: the browser would judge`).toHaveCount(0);
    await expect(page.locator('h1'), `${about}: one heading`).toHaveCount(1);
    expect(await page.evaluate(small), `${about}: too small to tap`).toEqual([]);
    if (!this.wanted.office && page === this.page) await this.weigh(about);
    if (!this.wanted.office) await this.squeeze(about, page);
    if (this.javascript) await this.axe(about, page);
  }

  /** What went wrong on the way, if anything did. */
  async close(): Promise<void> {
    await this.context.close();
    expect(this.troubles, 'what the browser reported').toEqual([]);
    for (const address of this.addresses) {
      const plain = decodeURIComponent(address.replaceAll('+', ' '));
      for (const secret of this.wanted.secrets) expect(plain, 'an address names somebody').not.toContain(secret);
    }
  }

  private watch(page: Page): void {
    page.on('pageerror', (error) => this.troubles.push(String(error)));
    page.on('download', (download) => this.troubles.push(`a download: ${download.url()}`));
    page.on('popup', (popup) => this.troubles.push(`a new window: ${popup.url()}`));
    page.on('console', (message) => {
      // A 422 is told as a failure to load; it is an answer.
      if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) this.troubles.push(message.text());
    });
    page.on('request', (request) => {
      this.addresses.push(request.url());
      if (page === this.page && request.isNavigationRequest()) this.loaded = [];
      if (page === this.page) this.loaded.push(request);
    });
  }

  /** For eyes. Without scripts the page is the same. */
  private async picture(state: string, page: Page): Promise<void> {
    this.pictures += 1;
    const picture = `${this.wanted.name}-${String(this.pictures).padStart(2, '0')}-${state}.png`;
    await page.screenshot({ path: join(OUTPUT, 'pictures', picture), fullPage: true });
  }

  private async weigh(about: string): Promise<void> {
    let words = 0;
    let scripts = 0;
    for (const request of this.loaded) {
      // Without scripts a browser gives up on theirs.
      if (request.failure()) continue;
      // What the browser kept from an earlier page weighs what it weighed then.
      const { responseBodySize } = await request.sizes();
      if (responseBodySize > 0) this.weights.set(request.url(), responseBodySize);
      const bytes = this.weights.get(request.url()) ?? 0;
      if (['document', 'stylesheet', 'font'].includes(request.resourceType())) words += bytes;
      else if (request.resourceType() !== 'image') scripts += bytes;
    }
    expect(words, `${about}: weight`).toBeGreaterThan(1000);
    expect(words, `${about}: weight`).toBeLessThanOrEqual(PAGE_BYTES);
    expect(scripts, `${about}: weight of scripts`).toBeLessThanOrEqual(SCRIPT_BYTES);
  }

  private async squeeze(about: string, page: Page): Promise<void> {
    await page.setViewportSize({ width: NARROWEST, height: PHONE.height });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    await page.setViewportSize(PHONE);
    expect(width, `${about}: scrolls sideways`).toBeLessThanOrEqual(NARROWEST);
  }

  private async axe(about: string, page: Page): Promise<void> {
    const found = await new AxeBuilder({ page })
      .options({ rules: { 'target-size': { enabled: true } } })
      .withTags(WCAG)
      .setLegacyMode()
      .analyze();
    const violations = found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
    expect(violations, about).toEqual([]);
  }
}

/** Controls lower than a finger. Links in running text are not meant. */
function small(): string[] {
  return [...document.querySelectorAll('button, .button, .choice, .input, summary')]
    .filter((control) => control.checkVisibility() && control.getBoundingClientRect().height < 43.5)
    .map((control) => control.outerHTML.slice(0, 200));
}
