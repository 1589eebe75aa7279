"""A city's registers from spreadsheets: CSV and XLSX, read as hostile files, checked row by row, sent as register commands."""
