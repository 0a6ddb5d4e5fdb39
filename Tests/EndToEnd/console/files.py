"""Files of imports, made and read back."""
import csv
import io

import openpyxl


def csv_bytes(rows, encoding="utf-8-sig"):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def xlsx_bytes(rows):
    book = openpyxl.Workbook()
    for row in rows: book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_csv(data): return list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))


def read_xlsx(data, sheet=0):
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [["" if cell is None else str(cell) for cell in row] for row in book.worksheets[sheet].iter_rows(values_only=True)]
