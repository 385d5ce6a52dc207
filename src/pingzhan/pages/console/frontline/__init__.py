"""包保与下沉一线: coverage both ways, proposals, places, who is on site, and 我的企业."""
