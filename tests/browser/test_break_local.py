from tests.browser.test_ticket_files import *
import asyncio, os


async def test_break(browser, office, tmp_path):
    async with opened(browser) as context:
        await sign_in(context, office.address, office.session)
        page = await context.new_page()
        page.on("console", lambda m: print("CONSOLE", m.text, m.location))
        page.on("pageerror", lambda m: print("PAGEERROR", m))

        async def give(name, data):
            p = tmp_path / name
            p.write_bytes(data)
            await page.goto(office.files)
            await page.locator("#file").set_input_files(p)
            for _ in range(100):
                await asyncio.sleep(0.2)
                if await page.locator("#guess").is_visible() or await page.locator("#upload-error").is_visible():
                    break
            print(
                "BREAK",
                name,
                await page.locator("#recognised").inner_text()
                if await page.locator("#guess").is_visible()
                else "ERR " + await page.locator("#upload-error").inner_text(),
            )

        import openpyxl, io, zipfile, gzip, random

        big = b"ticket_code,scanned_at,gate\n" + b"".join(
            b"T%07d%s,2024-07-03T18:%02d:%02d+02:00,Nord\n" % (i, os.urandom(6).hex().encode(), i // 60 % 60, i % 60)
            for i in range(100_000)
        )
        await give("a.csv.gz", gzip.compress(big))
        z = io.BytesIO()
        zf = zipfile.ZipFile(z, "w", zipfile.ZIP_DEFLATED)
        zf.writestr("a.csv", big)
        zf.close()
        await give("a.zip", z.getvalue())
        wb = openpyxl.Workbook(write_only=True)
        ws = wb.create_sheet()
        ws.append(["ticket_code", "scanned_at", "gate"])
        for i in range(60_000):
            ws.append([f"T{i:07}{os.urandom(6).hex()}", "2024-07-03T18:00:00+02:00", "Nord"])
        x = io.BytesIO()
        wb.save(x)
        print("BREAK xlsx", len(x.getvalue()), len(z.getvalue()))
        await give("a.xlsx", x.getvalue())
