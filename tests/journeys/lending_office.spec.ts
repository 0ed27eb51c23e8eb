// The office lends a wheelchair: registered, asked for, approved, handed over, taken back, cleaned, inspected, free again.
import { Officer } from '../support/office.ts';
import { expect, test } from '../support/journey.ts';

test('a wheelchair goes out and comes back to the shelf', async ({ sala, open }) => {
  const desk = await open({ office: true, called: 'office' });
  const { page } = desk;
  const officer = new Officer(desk, sala);
  await officer.signIn(await sala.staff('somchai', 'สมชาย ตั้งใจ', 'officer', 'approver'));

  // The register: wrong first, then a unit that waits for its inspection.
  await page.goto('/staff/equipment');
  await desk.see('register-empty');
  await desk.follow('ขึ้นทะเบียนชิ้นใหม่');
  expect(await desk.press('ขึ้นทะเบียน')).toBe(422);
  await desk.see('unit-errors');
  await page.locator('[name=kind]').selectOption('wheelchair');
  await page.locator('[name=asset_number]').fill('๖๕๓๐-๐๐๑-๐๐๐๑');
  await page.locator('[name=price]').fill('4,500');
  expect(await desk.press('ขึ้นทะเบียน')).toBe(303);
  await expect(page.getByRole('main')).toContainText('รอตรวจสภาพ');
  await desk.see('unit');
  const unit = page.url();
  const tick = async () => {
    for (const box of await page.locator('[name=check]').all()) await box.check();
  };
  expect(await desk.press('ตรวจสภาพผ่าน')).toBe(422);
  await tick();
  expect(await desk.press('ตรวจสภาพผ่าน')).toBe(303);
  await expect(page.getByRole('main')).toContainText('พร้อมให้ยืม');

  // A family asks from its phone.
  const visitor = await open({ called: 'family' });
  const phone = visitor.page;
  await phone.goto('/equipment');
  await expect(phone.getByRole('main')).toContainText('ว่าง 1 ชิ้น');
  expect(await visitor.press('เริ่มขอยืม')).toBe(303);
  await phone.locator('[name="applicant.name"]').fill('นางสาวมาลี ใจงาม');
  await phone.locator('[name="applicant.phone"]').fill('081 234 5678');
  await phone.locator('[name=filling_for][value=self]').check();
  expect(await visitor.press('ต่อไป')).toBe(303);
  await phone.locator('[name="patient.who"][value=self]').check();
  await phone.locator('[name="patient.condition"][value=recovering]').check();
  expect(await visitor.press('ต่อไป')).toBe(303);
  await phone.getByLabel('รถเข็นนั่งผู้ป่วย').selectOption('1');
  expect(await visitor.press('ต่อไป')).toBe(303);
  for (const [part, value] of [['day', '23'], ['month', '11'], ['year', '2569']]) {
    await phone.locator(`[name="from.${part}"]`).fill(value);
  }
  await phone.locator('[name=duration][value="30"]').check();
  expect(await visitor.press('ต่อไป')).toBe(303);
  await phone.locator('[name=delivery][value=pickup]').check();
  expect(await visitor.press('ต่อไป')).toBe(303);
  expect(await visitor.press('ส่งคำขอ')).toBe(303);
  const reference = (await phone.locator('.reference').innerText()).replaceAll(/\s/g, '');

  // Decided and handed over.
  await page.goto('/staff/loans');
  await desk.see('loans');
  await page.goto(`/staff/requests/${reference}`);
  await expect(page).toHaveURL(new RegExp(`/staff/loans/${reference}$`));
  await desk.see('loan');
  expect(await desk.press('อนุมัติ')).toBe(303);
  await expect(page.getByRole('main')).toContainText('พร้อมให้รับ');
  await desk.follow('ส่งมอบ');
  expect(await desk.press('ส่งมอบ')).toBe(422);
  await desk.see('hand-over-errors');
  await page.locator('[name=scanned]').fill('6530 001 0001');
  await tick();
  await page.locator('[name=signed][value=signature]').check();
  await page.locator('[name=signed_by]').fill('มาลี ใจงาม');
  expect(await desk.press('ส่งมอบ')).toBe(303);
  await expect(page.getByRole('main')).toContainText('ยืมอยู่');
  await desk.see('on-loan');
  await page.goto('/staff/loans/today?within=60');
  await desk.see('today');

  // The family sees when it is due, and that it is no longer needed.
  await phone.goto('/track');
  await phone.locator('[name=reference]').fill(reference);
  await phone.locator('[name=phone_last4]').fill('5678');
  expect(await visitor.press('ดูสถานะ')).toBe(200);
  await visitor.see('on-loan');
  expect(await visitor.press('ไม่จำเป็นต้องใช้แล้ว นัดรับคืน')).toBe(200);
  await expect(phone.getByRole('main')).toContainText('ขอบคุณที่แจ้ง');

  // Back on the shelf.
  await page.goto('/staff/loans/return');
  await page.locator('[name=scanned]').fill('6530-001-0001');
  expect(await desk.press('รับคืน')).toBe(303);
  await expect(page.getByRole('main')).toContainText('ปิดการยืมของคำขอ');
  await desk.see('returned');
  await page.goto(unit);
  expect(await desk.press('เริ่มทำความสะอาด')).toBe(303);
  await tick();
  expect(await desk.press('ทำความสะอาดเสร็จ')).toBe(303);
  await tick();
  expect(await desk.press('ตรวจสภาพผ่าน')).toBe(303);
  await expect(page.getByRole('main')).toContainText('พร้อมให้ยืม');
  await desk.see('unit-history');

  // Consumables.
  await page.goto('/staff/supplies');
  await desk.see('supplies');
  await desk.follow('ผ้าอ้อมผู้ใหญ่');
  expect(await desk.press('รับเข้า')).toBe(422);
  await page.locator('[name=quantity]').fill('๑๐๐');
  await page.locator('form:has([value=receive]) [name=document]').fill('1/2570');
  expect(await desk.press('รับเข้า')).toBe(303);
  await desk.see('book');
  await expect(page.getByRole('main')).toContainText('100');
});

test('the paper register comes in from a file, and a loan is keyed in at the counter', async ({ sala, open }) => {
  const desk = await open({ office: true, called: 'register' });
  const { page } = desk;
  const officer = new Officer(desk, sala);
  await officer.signIn(await sala.staff('somchai', 'สมชาย ตั้งใจ', 'officer', 'approver'));

  // A template with its columns; then a file with mistakes, which keeps nothing.
  await page.goto('/staff/equipment/import');
  await desk.see('import');
  const columns = await page.request.get('/staff/equipment/template/csv');
  expect(await columns.text()).toContain('เลขครุภัณฑ์,รายการ,หมายเลขเครื่อง');
  expect(await desk.press('ตรวจไฟล์')).toBe(422);
  const file = (name: string, text: string) => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });
  const heading = 'เลขครุภัณฑ์,รายการ,ราคา,ที่เก็บ,ตรวจสภาพเมื่อ\n';
  await page.locator('[name=file]').setInputFiles(
    file('wrong.csv', `${heading}6530-1,จรวด,4500,ห้อง 1,20/11/2569\n6530-2,wheelchair,แพง,ห้อง 1,\n`),
  );
  expect(await desk.press('ตรวจไฟล์')).toBe(422);
  await expect(page.getByRole('main')).toContainText('พบ 2 จุดที่ต้องแก้');
  await desk.see('import-mistakes');

  const good = `${heading}6530-1,wheelchair,4500,ห้อง 1,20/11/2569\n6530-2,wheelchair,4500,ห้อง 1,\n`;
  for (const [said, units] of [['ขึ้นทะเบียนใหม่ 2 ชิ้น', 2], ['', 2]] as const) {
    await page.goto('/staff/equipment/import');
    await page.locator('[name=file]').setInputFiles(file('register.csv', good));
    expect(await desk.press('ตรวจไฟล์')).toBe(200);
    if (said) {
      await desk.see('import-trial');
      expect(await desk.press('นำเข้าทะเบียน')).toBe(303);
      await expect(page.getByRole('status')).toContainText(said);
    } else {
      // The second time there is nothing to import.
      await expect(page.getByRole('button', { name: 'นำเข้าทะเบียน' })).toHaveCount(0);
    }
    await page.goto('/staff/equipment');
    await expect(page.locator('tbody tr')).toHaveCount(units);
  }

  // The code on a unit tells anybody what it is and how to use it safely, in either language; a wrong one says so.
  await desk.follow('6530-1');
  await page.locator('summary', { hasText: 'รหัส QR ของชิ้นนี้' }).click();
  await desk.see('unit-code');
  const code = await page.getByRole('link', { name: 'เปิดหน้าที่ QR นำไป' }).getAttribute('href');
  const path = new URL(code ?? '').pathname;
  const reader = await open({ called: 'reader' });
  await reader.page.goto(path);
  await expect(reader.page.getByRole('main')).toContainText('ล็อกล้อสองข้าง');
  await reader.see('card');
  await reader.page.goto(`/en${path}`);
  await expect(reader.page.getByRole('main')).toContainText('Lock both wheels');
  await reader.see('card-english');
  expect((await reader.page.goto('/unit/nothing'))?.status()).toBe(404);
  await reader.see('card-unknown');

  // At the counter: everything that is wrong at once, nothing lost, then saved.
  await page.goto('/staff/loans');
  await desk.follow('รับคำขอที่เคาน์เตอร์');
  await page.locator('[name="applicant.name"]').fill('นางมาลี ใจงาม');
  expect(await desk.press('บันทึกคำขอ')).toBe(422);
  await expect(page.locator('[name="applicant.name"]')).toHaveValue('นางมาลี ใจงาม');
  await desk.see('walk-in-errors');
  await page.locator('[name="applicant.phone"]').fill('081 234 5678');
  await page.locator('[name="patient.who"][value=self]').check();
  await page.locator('[name="patient.condition"][value=recovering]').check();
  await page.getByLabel('รถเข็นนั่งผู้ป่วย').selectOption('1');
  await page.locator('[name=duration][value="30"]').check();
  await page.locator('[name=delivery][value=pickup]').check();
  expect(await desk.press('บันทึกคำขอ')).toBe(303);
  await expect(page).toHaveURL(/\/staff\/loans\/\d/);
  await expect(page.getByRole('main')).toContainText('มาลี ใจงาม');
});
