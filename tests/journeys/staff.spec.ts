import { Family } from '../support/family.ts';
import { expect, test } from '../support/journey.ts';
import { Officer } from '../support/office.ts';

test('signing in says what is wrong and no more', async ({ sala, open }) => {
  const visitor = await open({ office: true });
  const { page } = visitor;
  const account = await sala.staff('somsri', 'สมศรี รักงาน', 'officer');
  await page.goto('/staff');
  await expect(page, 'nobody is signed in').toHaveURL(/\/staff\/sign-in$/);
  const words: string[] = [];
  for (const username of [account.username, 'nobody']) {
    await page.locator('[name=username]').fill(username);
    await page.locator('[name=password]').fill('not the password');
    expect(await visitor.press('เข้าสู่ระบบ')).toBe(422);
    await expect(page).toHaveTitle(/^ผิดพลาด: /);
    await expect(page.locator('main > .errors')).toBeFocused();
    await expect(page.locator('[name=username]')).toHaveValue(username);
    await expect(page.locator('[name=password]'), 'a password is never sent back').toHaveValue('');
    words.push(await page.locator('main > .errors li').innerText());
  }
  expect(words).toEqual(Array(2).fill('ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง'));
  await visitor.see('wrong-password');

  await page.locator('[name=username]').fill(account.username);
  await page.locator('[name=password]').fill(account.password);
  expect(await visitor.press('เข้าสู่ระบบ')).toBe(303);
  await visitor.see('code');
  await page.goto('/staff/requests');
  await expect(page, 'a password alone opens nothing').toHaveURL(/\/staff\/sign-in$/);
  await page.goto('/staff/sign-in/code');
  await page.locator('#code').fill('000000');
  expect(await visitor.press('ยืนยัน')).toBe(422);
  await visitor.see('wrong-code');
  await page.locator('#code').fill(sala.code(account));
  expect(await visitor.press('ยืนยัน')).toBe(303);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('งานวันนี้');
  await visitor.see('empty-day');
  for (const path of ['requests', 'calls', 'tasks', 'walk-in', 'requests?late=1']) {
    await page.goto(`/staff/${path}`);
    await visitor.see(path.replace('?late=1', '-late'));
  }
  await page.locator('.rail-wide').getByRole('button', { name: 'ออกจากระบบ' }).click();
  await expect(page).toHaveURL(/\/staff\/sign-in$/);
  await page.goto('/staff');
  await expect(page).toHaveURL(/\/staff\/sign-in$/);
});

test('each role has its own doors', async ({ sala, open }) => {
  const family = new Family(await open({ called: 'family' }));
  const reference = await family.book();

  const desk = await open({ office: true, called: 'officer' });
  await new Officer(desk, sala).signIn(await sala.staff('malai', 'มาลัย ขยัน', 'officer'));
  await desk.page.goto(`/staff/requests/${reference}`);
  await expect(desk.page.getByRole('button', { name: 'ยืนยันที่เคาน์เตอร์แล้ว' })).toBeVisible();
  await expect(desk.page.getByRole('button', { name: 'อนุมัติ', exact: true })).toHaveCount(0);
  await expect(desk.page.locator('summary', { hasText: 'ไม่อนุมัติ' })).toHaveCount(0);
  await desk.see('request');
  const version = await desk.page.locator('[name=version]').first().inputValue();
  const forced = await desk.context.request.post(`/staff/requests/${reference}/decision`, { form: { action: 'approve', version } });
  expect(forced.status(), 'a form of one’s own').toBe(403);
  expect((await desk.page.goto('/staff/accounts'))?.status()).toBe(403);
  await desk.see('not-allowed');

  const admin = await open({ office: true, called: 'administrator' });
  await new Officer(admin, sala).signIn(await sala.staff('chai', 'ชัย ดูแล', 'administrator'));
  await expect(admin.page).toHaveURL(/\/staff\/accounts$/);
  await admin.see('accounts');
  await admin.page.goto('/staff/settings');
  await admin.see('settings');
  for (const path of ['requests', `requests/${reference}`, `requests/${reference}/slip`, 'calls', 'walk-in', 'tasks']) {
    const answer = await admin.page.goto(`/staff/${path}`);
    expect(answer?.status(), path).toBe(403);
    expect(await admin.page.content(), path).not.toContain('มาลี');
  }
});

test('two approve at once and one is told so', async ({ sala, open }) => {
  const family = new Family(await open({ called: 'family' }));
  const reference = await family.book();
  const desks = [];
  for (const [username, name] of [['anong', 'อนงค์ ตัดสิน'], ['boon', 'บุญ ตัดสิน']]) {
    const visitor = await open({ office: true, called: username });
    const officer = new Officer(visitor, sala);
    await officer.signIn(await sala.staff(username, name, 'officer', 'approver'));
    await officer.open(reference);
    desks.push({ visitor, name });
  }
  const answers = await Promise.all(desks.map(({ visitor }) => visitor.press('อนุมัติ')));
  expect([...answers].sort()).toEqual([303, 409]);
  const loser = answers.indexOf(409);
  const { visitor } = desks[loser];
  await expect(visitor.page.getByRole('heading', { level: 1 })).toHaveText('มีผู้ตัดสินไปก่อนแล้ว');
  await expect(visitor.page.getByRole('main')).toContainText(desks[1 - loser].name);
  await expect(visitor.page.getByRole('main')).toContainText('อนุมัติแล้ว');
  await visitor.see('conflict');
  await visitor.follow('เปิดคำขอนี้ใหม่');
  await expect(visitor.page.locator('.history')).toContainText(desks[1 - loser].name);
});

test('a walk-in request and a refusal', async ({ sala, open }) => {
  const visitor = await open({ office: true });
  const { page } = visitor;
  const officer = new Officer(visitor, sala);
  await officer.signIn(await sala.staff('somsri', 'สมศรี รักงาน', 'officer', 'approver'));
  const family = new Family(await open({ called: 'family' }));
  const reference = await family.book();

  await page.goto('/staff/walk-in');
  await visitor.see('walk-in');
  await page.locator('main .actions button').first().click();
  await expect(page).toHaveTitle(/^ผิดพลาด: /);
  await expect(page.locator('main > .errors')).toBeFocused();
  await visitor.see('walk-in-errors');

  await officer.open(reference);
  await officer.unfold('ไม่อนุมัติ');
  expect(await visitor.press('ไม่อนุมัติ')).toBe(422);
  await visitor.see('refuse-errors');
  await page.locator('#refuse-reason').fill('เป็นคำขอทดสอบ & <ตัวอย่าง>');
  expect(await visitor.press('ไม่อนุมัติ')).toBe(303);
  await visitor.see('refused');
  expect(await family.track(reference)).toBe(200);
  const told = family.visitor.page.getByRole('main');
  await expect(told).toContainText('เป็นคำขอทดสอบ & <ตัวอย่าง>');
  await expect(told).toContainText('อุทธรณ์');
  await family.visitor.see('refused');
});
