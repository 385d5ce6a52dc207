"""查找: workers, enterprises and officials from one box, each as far as the person may see them."""
