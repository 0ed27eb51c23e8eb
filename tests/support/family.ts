// A family at its phone: the short path, page by page.
import { expect } from '@playwright/test';
import type { Visitor } from './visitor.ts';

export const STEPS = ['contact', 'relation', 'deceased', 'death', 'residence', 'nights', 'day', 'check'] as const;
export type Step = (typeof STEPS)[number];
type Question = Exclude<Step, 'check'>;

/** What they answer, by the names the fields have. */
export interface Answers {
  name: string;
  phone: string;
  deceased: string;
  nationalId: string;
  /** Empty: not known. */
  died: [string, string, string];
  slot: string;
}

export const MALEE: Answers = {
  name: 'นางสาวมาลี ใจงาม',
  phone: '081 234 5678',
  deceased: 'นายบุญมี ใจงาม',
  nationalId: '3920100456789',
  died: ['22', 'พฤศจิกายน', '2569'],
  slot: '2026-11-25T13:00',
};

export const JOHN: Answers = { ...MALEE, name: 'John Smith', deceased: 'Mary Smith', died: ['22', 'November', '2026'] };

/** What no address and no log may hold. */
export const SECRETS = ['มาลี', 'บุญมี', 'John', 'Mary', '0812345678', '081 234 5678', '081-234-5678', '3920100456789'];

const BUTTONS = {
  start: { th: 'เริ่มขอใช้ฌาปนสถาน', en: 'Start' },
  next: { th: 'ต่อไป', en: 'Continue' },
  save: { th: 'บันทึกคำตอบ', en: 'Save' },
  hold: { th: 'ใช้วันและเวลาที่เลือก', en: 'Use the time chosen' },
  send: { th: 'ส่งคำขอ', en: 'Send the request' },
  see: { th: 'ดูสถานะ', en: 'See where it stands' },
};

export class Family {
  /** Pages answered so far. */
  pages = 0;
  /** Fields answered so far. */
  answered = 0;

  constructor(
    readonly visitor: Visitor,
    readonly lang: 'th' | 'en' = 'th',
    readonly answers: Answers = MALEE,
    /** Called on every page before it is answered. */
    private readonly look: (state: string) => Promise<void> = async () => {},
  ) {}

  private get page() {
    return this.visitor.page;
  }

  path(path: string): string {
    return this.lang === 'en' ? `/en${path}` : path;
  }

  button(button: keyof typeof BUTTONS): string {
    return BUTTONS[button][this.lang];
  }

  async start(): Promise<void> {
    await this.page.goto(this.path('/crematorium'));
    await this.look('start');
    this.pages += 1;
    expect(await this.visitor.press(this.button('start'))).toBe(303);
    await this.at('contact');
  }

  /** From the start, or from wherever the draft is, to a page, which is not answered. */
  async until(last: Step): Promise<void> {
    if (!STEPS.some((step) => this.page.url().includes(`/${step}`))) await this.start();
    for (const [n, step] of STEPS.entries()) {
      if (!this.page.url().endsWith(`/${step}`)) continue;
      if (step === last || step === 'check') break;
      await this.look(step);
      await this.fill(step);
      this.pages += 1;
      expect(await this.visitor.press(this.button(step === 'day' ? 'hold' : 'next'))).toBe(303);
      await this.at(STEPS[n + 1]);
    }
    await this.at(last);
  }

  /** Everything, sent; the reference. */
  async book(): Promise<string> {
    await this.until('check');
    return this.send();
  }

  async send(): Promise<string> {
    await this.look('check');
    this.pages += 1;
    expect(await this.visitor.press(this.button('send'))).toBe(303);
    await expect(this.page).toHaveURL(/\/sent$/);
    await this.look('sent');
    return this.reference();
  }

  async reference(): Promise<string> {
    const number = (await this.page.locator('.reference').innerText()).replaceAll(/\s/g, '');
    expect(number).toMatch(/^\d{12}$/);
    return number;
  }

  /** The tracking page of a request. */
  async track(reference: string, last4 = this.answers.phone.slice(-4)): Promise<number> {
    await this.page.goto(this.path('/track'));
    await this.type('reference', reference);
    await this.type('phone_last4', last4);
    return this.visitor.press(this.button('see'));
  }

  async fill(step: Question): Promise<void> {
    const { name, phone, deceased, nationalId, died, slot } = this.answers;
    switch (step) {
      case 'contact':
        await this.type('applicant.name', name);
        await this.type('applicant.phone', phone);
        break;
      case 'relation':
        await this.choose('applicant.relation', 'child');
        break;
      case 'deceased':
        await this.type('deceased.name', deceased);
        await this.choose('deceased.identity', nationalId ? 'national_id' : 'not_known');
        if (nationalId) await this.type('deceased.national_id', nationalId);
        break;
      case 'death':
        for (const [n, part] of ['day', 'month', 'year'].entries()) {
          await this.field(`deceased.date_of_death.${part}`).fill(died[n]);
        }
        this.answered += 1;
        break;
      case 'residence':
        await this.choose('deceased.residence', 'in_area');
        break;
      case 'nights':
        await this.choose('pavilion.nights', '2');
        break;
      case 'day':
        await this.choose('slot', slot);
        break;
    }
  }

  field(name: string) {
    return this.page.locator(`main [name="${name}"]:not([type=hidden])`);
  }

  option(name: string, value: string) {
    return this.page.locator(`main input[name="${name}"][value="${value}"]`);
  }

  async type(name: string, value: string): Promise<void> {
    await this.visitor.unfold(this.field(name));
    await this.field(name).fill(value);
    this.answered += 1;
  }

  async choose(name: string, value: string): Promise<void> {
    await this.visitor.check(this.option(name, value));
    this.answered += 1;
  }

  async at(step: Step): Promise<void> {
    await expect(this.page).toHaveURL(new RegExp(`/crematorium/[0-9a-f]{32}/${step}$`));
  }
}
