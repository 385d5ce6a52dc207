"""个人信息: opening values on the record, periods, and orders to destroy."""
