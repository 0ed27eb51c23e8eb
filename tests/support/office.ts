// A member of staff at the desk.
import { expect } from '@playwright/test';
import type { Account, Sala } from './sala.ts';
import type { Visitor } from './visitor.ts';

export class Officer {
  constructor(
    readonly visitor: Visitor,
    private readonly sala: Sala,
  ) {}

  private get page() {
    return this.visitor.page;
  }

  async signIn(account: Account): Promise<void> {
    await this.page.goto('/staff/sign-in');
    await this.page.locator('[name=username]').fill(account.username);
    await this.page.locator('[name=password]').fill(account.password);
    expect(await this.visitor.press('เข้าสู่ระบบ')).toBe(303);
    await this.page.locator('#code').fill(this.sala.code(account));
    expect(await this.visitor.press('ยืนยัน')).toBe(303);
    await expect(this.page).toHaveURL(/\/staff(\/accounts|\/cashier)?$/);
  }

  async open(reference: string): Promise<void> {
    const answer = await this.page.goto(`/staff/requests/${reference}`);
    expect(answer?.status()).toBe(200);
  }

  /** Unfolds an action. */
  async unfold(action: string): Promise<void> {
    await this.page.locator('.act details > summary', { hasText: new RegExp(`^${action}$`) }).click();
  }

  /** Calls about something, and the family answers. */
  async reached(about: string): Promise<void> {
    await this.page.goto('/staff/calls');
    await this.visitor.see('calls');
    await this.visitor.follow(about);
    await this.visitor.see('call');
    expect(await this.visitor.press('แจ้งแล้ว')).toBe(303);
    await expect(this.page).toHaveURL(/\/staff\/calls$/);
  }
}
