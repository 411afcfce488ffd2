"""From a workbook to reviewable drafts: its numbers, their headings, keys, units and periods."""
