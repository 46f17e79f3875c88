"""What each column of a listing shows, gives to a spreadsheet, and is sorted by."""
